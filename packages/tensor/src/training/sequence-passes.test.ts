import { loadEngine, TensorFlowEngine } from '@gramkit/engine-tensorflow';
import type { Batch, Engine } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { tinyBatch } from '../testing/batches.js';
import { compareGradients, descend } from '../testing/compare-gradients.js';
import { draw } from '../testing/same-function.js';
import { tinyModel } from '../testing/tiny-networks.js';
import { SequencePasses } from './sequence-passes.js';

let engine: TensorFlowEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

/** Rows, users, length and weight of batches that are unlike in shape; 13 rows are filled up to 16, 5 to 8. */
const batches = [[13, 4, 6, undefined], [5, 4, 6, undefined], [8, 3, 9, 0.5], [13, 4, 6, 1.75]] as const;

function passesOf(dropout: number, by?: Engine) {
  const model = tinyModel(dropout);
  const passes = new SequencePasses(model, by);
  onTestFinished(() => {
    passes.dispose();
    model.dispose();
  });
  return { model, passes };
}

function weighted(batch: Batch, weight: number | undefined): Batch {
  return weight === undefined ? batch : { ...batch, fields: { ...batch.fields, weight: { dtype: 'float32', shape: [], data: Float32Array.of(weight) } } };
}

/** Two steps on each batch, the weights descending in between. */
function trained(dropout: number, by?: Engine) {
  const { model, passes } = passesOf(dropout, by);
  const steps = [...batches, ...batches].map(([rows, users, length, weight], step) => {
    const [encodings, batch, seed] = [draw([rows, 4], step) as Tensor2D, weighted(tinyBatch(step, rows, users, length), weight), tf.scalar(50 + step, 'int32')];
    const { loss, count, weights, rows: ofRows } = passes.rowGradients(encodings, batch, seed);
    const alone = passes.weightGradients(encodings, batch, seed);
    expect(ofRows.shape).toEqual(encodings.shape);
    descend(weights, model.weights, 0.3);
    return { losses: [loss, alone.loss].map((scalar) => scalar.dataSync()[0]!), counts: [count, alone.count].map((scalar) => scalar.dataSync()[0]!), weights, rows: { ofRows }, alone: alone.weights };
  });
  return { model, passes, steps };
}

describe('passes of a sequence model', () => {
  it.each([0, 0.4])('are the same compiled as they are operation by operation, filled rows and updated weights included; dropout %f', (dropout) => {
    const [expected, found] = [trained(dropout), trained(dropout, engine)];
    expected.steps.forEach(({ losses, counts, weights, rows, alone }, step) => {
      const here = found.steps[step]!;
      here.losses.forEach((loss, index) => expect(Math.abs(loss - losses[index]!)).toBeLessThan(1e-5));
      expect(here.counts).toEqual(counts);
      expect(compareGradients(here.weights, weights, [])).toBeLessThan(1e-5);
      expect(compareGradients(here.alone, alone, [])).toBeLessThan(1e-5);
      expect(compareGradients(here.rows, rows, [])).toBeLessThan(1e-5);
      // Both passes draw the same masks: the weights' gradients are one.
      expect(compareGradients(here.alone, here.weights, [])).toBeLessThan(1e-5);
    });
    expect(Math.abs(expected.steps[4]!.losses[0]! - expected.steps[0]!.losses[0]!)).toBeGreaterThan(1e-3);
    for (const { shapes, compilations, calls } of found.passes.reports()) expect([shapes, compilations, calls]).toEqual([4, 4, 8]);
  });

  it('meet few shapes: numbers of rows share buckets', () => {
    const { passes } = passesOf(0, engine);
    const seed = tf.scalar(0, 'int32');
    for (let rows = 1; rows <= 24; rows++) tf.dispose(passes.rowGradients(draw([rows, 4], rows) as Tensor2D, tinyBatch(rows, rows, 3, 5), seed));
    expect(passes.reports()[1]).toMatchObject({ shapes: 3, calls: 24 });
  });

  it('hold no tensor and no handle', () => {
    const { passes } = passesOf(0.2, engine);
    const [encodings, batch, seed] = [draw([5, 4], 1) as Tensor2D, tinyBatch(1, 5, 3, 5), tf.scalar(0, 'int32')];
    const once = () => {
      tf.dispose(passes.rowGradients(encodings, batch, seed));
      tf.dispose(passes.weightGradients(encodings, batch, seed));
    };
    once();
    const before = [tf.memory().numTensors, engine.memory().handles];
    once();
    once();
    expect([tf.memory().numTensors, engine.memory().handles]).toEqual(before);
  });

  it('agree loosely in bfloat16, and not bit by bit', () => {
    const gradientsOf = (by: Engine) => {
      const { rows, weights } = passesOf(0, by).passes.rowGradients(draw([13, 4], 2) as Tensor2D, tinyBatch(2, 13, 6, 9), tf.scalar(0, 'int32'));
      return { rows, ...weights };
    };
    const difference = compareGradients(gradientsOf(new TensorFlowEngine('bfloat16')), gradientsOf(engine), []);
    expect(difference).toBeGreaterThan(1e-5);
    expect(difference).toBeLessThan(0.03);
  });
});
