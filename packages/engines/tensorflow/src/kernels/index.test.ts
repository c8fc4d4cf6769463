import { getKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { kernelNames } from '@gramkit/spec';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { loadEngine } from '../engine/load-engine.js';
import { registerKernels } from './index.js';
import { backendName, nodeBackend } from './node-backend.js';

const kernelsOfCpu = [kernelNames.lstmCell, kernelNames.lstmCellGradient, kernelNames.layerNorm, kernelNames.biasGelu, kernelNames.columnSum, kernelNames.packedAttention];

beforeAll(async () => void (await loadEngine({ device: 'cpu' })));

afterEach(() => {
  Object.defineProperty(nodeBackend(), 'isUsingGpuDevice', { value: false });
  registerKernels();
});

it('offers on a GPU the kernels that TensorFlow can place, and not those that exist for the CPU alone', () => {
  const offered = (names: readonly string[]): boolean[] => names.map((name) => getKernel(name, backendName) !== undefined);
  expect(offered(kernelsOfCpu)).not.toContain(false);
  for (const name of Object.values(kernelNames)) unregisterKernel(name, backendName);
  Object.defineProperty(nodeBackend(), 'isUsingGpuDevice', { value: true, configurable: true, writable: true });
  registerKernels();
  expect(offered(kernelsOfCpu)).not.toContain(true);
  expect(offered([kernelNames.rowHashMask, kernelNames.adamUpdate, kernelNames.addToRows])).toEqual([true, true, true]);
});
