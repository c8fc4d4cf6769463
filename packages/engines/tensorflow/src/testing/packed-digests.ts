import { createHash } from 'node:crypto';
import { engine, reshape, scalar, tensor, tensor1d, type Tensor } from '@tensorflow/tfjs-core';
import { kernelNames } from '@gramkit/spec';
import { loadEngine } from '../engine/load-engine.js';

// A program: prints a digest of what each kernel with threads of its own gives, for a test that runs it with several numbers of threads.

const dimension = 96;
const lengths = [150, 8, 0, 33, 9, 61, 5, 7];
const tokens = lengths.reduce((sum, length) => sum + length, 0) + 3;

function waves(rows: number, columns: number, seed: number): Tensor {
  return tensor(Float32Array.from({ length: rows * columns }, (_, index) => 2 * Math.sin(index * 12.9898 + seed) * Math.cos(index * 0.37)), [rows, columns]);
}

await loadEngine({ device: 'cpu' });
const run = (name: string, inputs: Record<string, Tensor>, attributes: Record<string, number> = {}): Tensor[] => [engine().runKernel<Tensor | Tensor[]>(name, inputs, attributes)].flat();

let past = 0;
const offsets = tensor1d([0, ...lengths.map((length) => (past += length))], 'int32');
const packed = { offsets, maskRows: tensor1d([...lengths.keys()], 'int32'), seed: scalar(5, 'int32') };
const [query, key, value, gradient] = [1, 2, 3, 4].map((seed) => waves(tokens, dimension, seed)) as [Tensor, Tensor, Tensor, Tensor];
const [scale, offset] = [5, 6].map((seed) => reshape(waves(1, dimension, seed), [dimension])) as [Tensor, Tensor];
const attention = { heads: 3, positions: 512, site: 1, rate: 0.2 };
const [context, logSumExp] = run(kernelNames.packedAttention, { query, key, value, ...packed }, attention) as [Tensor, Tensor];
const [normal, normalized, inverseDeviation] = run(kernelNames.residualLayerNorm, { input: query, residual: key, scale, offset }, { epsilon: 1e-12 }) as [Tensor, Tensor, Tensor];

const outputs: Record<string, Tensor[]> = {
  attention: [context, logSumExp, ...run(kernelNames.packedAttentionGradient, { gradient, query, key, value, context, logSumExp, ...packed }, attention)],
  dropout: run(kernelNames.packedDropout, { rows: query, ...packed }, { site: 2, rate: 0.2 }),
  norm: [normal, ...run(kernelNames.layerNormGradient, { gradient, normalized, inverseDeviation, scale })],
  gelu: [...run(kernelNames.biasGelu, { product: query, bias: offset }), ...run(kernelNames.biasGeluGradient, { gradient, product: query, bias: offset })],
  sums: [...run(kernelNames.packedSum, { rows: query, offsets }), ...run(kernelNames.columnSum, { rows: query })],
};
const digest = (tensors: readonly Tensor[]): string => tensors.reduce((hash, one) => hash.update(new Uint8Array(one.dataSync<'float32'>().slice().buffer)), createHash('sha256')).digest('hex');
process.stdout.write(JSON.stringify(Object.fromEntries(Object.entries(outputs).map(([name, tensors]) => [name, digest(tensors)]))));
