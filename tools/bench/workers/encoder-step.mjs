/**
 * Times steps of MiniLM alone: forward, backward and Adam over every weight, on so many items of so many tokens. Several shapes take
 * turns, step by step, so that drift falls on all alike. Runs the built packages: the public toolkit, as a strategy uses it.
 *
 * node encoder-step.mjs '{"shapes":[{"items":8,"tokens":16}],"steps":30,"warmUp":5,"precision":"float32","threads":2}'
 */
import { createBertEncoder } from '@gramkit/encoder-bert';
import { defaultModelDirectory, loadEngine } from '@gramkit/engine-tensorflow';
import { Adam, adamOptions, applyGradients, EncoderPasses } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { syntheticItems } from './synthetic-items.mjs';

const { shapes, steps, warmUp, precision, threads } = JSON.parse(process.argv[2]);

const engine = await loadEngine({ threads, precision });
const encoder = await createBertEncoder(defaultModelDirectory(), { pooling: 'mean', attentionWidth: 200, freezeEmbeddings: false, freezeLayers: 0, dropout: 0, initializerSeed: 1 });
const optimizer = new Adam(encoder.weights, adamOptions.parse({ learningRate: 5e-5 }));
const passes = new EncoderPasses(encoder, engine);

/** The loss is the product with a constant: the encoder's share of any step. */
function step({ catalogue, rows, cotangent }) {
  const seed = tf.scalar(0, 'int32');
  const recorded = passes.record(catalogue, rows, seed);
  const gradients = recorded.pullBack(cotangent);
  const loss = tf.tidy(() => tf.sum(tf.mul(recorded.encodings, cotangent)));
  loss.dataSync();
  applyGradients(optimizer, gradients, encoder.weights);
  tf.dispose([seed, recorded.encodings, gradients, loss]);
}

const runs = shapes.map(({ items, tokens }) => ({
  items,
  tokens,
  catalogue: syntheticItems(items, tokens),
  rows: Int32Array.from({ length: items }, (_, row) => row),
  cotangent: tf.fill([items, encoder.dimension], 0.001),
  seconds: [],
}));
for (let round = 0; round < warmUp + steps; round++) {
  for (const run of runs) {
    const start = performance.now();
    step(run);
    if (round >= warmUp) run.seconds.push((performance.now() - start) / 1000);
  }
}
console.log(JSON.stringify({
  runs: runs.map(({ items, tokens, seconds }) => ({ items, tokens, seconds })),
  compileSeconds: passes.reports().reduce((sum, report) => sum + report.seconds, 0),
  peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
}));
