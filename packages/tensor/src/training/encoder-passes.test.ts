import { loadEngine, TensorFlowEngine } from '@gramkit/engine-tensorflow';
import type { Engine } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { compareGradients, descend } from '../testing/compare-gradients.js';
import { draw } from '../testing/same-function.js';
import { tinyCatalogue } from '../testing/catalogue.js';
import { tinyEncoder } from '../testing/tiny-networks.js';
import { EncoderPasses } from './encoder-passes.js';
import { recordEncoding } from './recorded-encoding.js';

let engine: TensorFlowEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

const catalogue = tinyCatalogue(90);

/** Sets of rows of unlike number: filled up to 8, 16 and 24. */
const rowSets = [[3, 0, 7], [12, 5, 1, 30, 31, 32, 59, 8, 9, 10, 2], [4, 6, 3], Array.from({ length: 17 }, (_, index) => 3 * index)].map((rows) => Int32Array.from(rows));

type Layout = 'padded' | 'packed';

function passesOf(layout: Layout, dropout: number, by?: Engine) {
  const encoder = tinyEncoder(layout, dropout);
  const passes = new EncoderPasses(encoder, by);
  onTestFinished(() => {
    passes.dispose();
    encoder.dispose();
  });
  return { encoder, passes };
}

/** Encodings and gradients of two steps over each set of rows, the weights descending in between; in chunks of 20 tokens. */
function trained(layout: Layout, dropout: number, by?: Engine) {
  const { encoder, passes } = passesOf(layout, dropout, by);
  const steps = [...rowSets, ...rowSets].map((rows, step) => {
    const seed = tf.scalar(100 + step, 'int32');
    const recorded = recordEncoding(passes, catalogue, rows, seed, { chunkTokens: 20, graphBytes: step % 3 === 2 ? 0 : Infinity });
    const evaluated = passes.encode(catalogue, rows, { training: false, seed });
    const gradients = recorded.pullBack(draw([rows.length, encoder.dimension], step) as Tensor2D);
    descend(gradients, encoder.weights);
    return { encodings: { trained: recorded.encodings, evaluated }, gradients };
  });
  return { encoder, passes, steps };
}

describe.each(['padded', 'packed'] as const)('passes of an encoder of %s texts', (layout) => {
  it.each([0, 0.4])('are the same compiled as they are operation by operation, filled shapes and updated weights included; dropout %f', (dropout) => {
    const [expected, found] = [trained(layout, dropout), trained(layout, dropout, engine)];
    expected.steps.forEach(({ encodings, gradients }, step) => {
      expect(compareGradients(found.steps[step]!.encodings, encodings, [])).toBeLessThan(1e-5);
      expect(compareGradients(found.steps[step]!.gradients, gradients, expected.encoder.weights)).toBeLessThan(1e-5);
    });
    // What was updated in between shows: the same rows under the same seed have other encodings in the second round.
    expect(compareGradients({ all: expected.steps[4]!.encodings.evaluated }, { all: expected.steps[0]!.encodings.evaluated }, [])).toBeGreaterThan(0.01);
    const reports = found.passes.reports();
    expect(expected.passes.reports().every(({ compilations }) => compilations === 0)).toBe(true);
    for (const { calls, shapes } of reports) expect(shapes).toBeLessThan(calls);
  });

  it('drop the same compiled as not, and other elements under another seed', () => {
    const rows = rowSets[1]!;
    const encode = (seed: number, by?: Engine) => passesOf(layout, 0.4, by).passes.encode(catalogue, rows, { training: true, seed: tf.scalar(seed, 'int32') });
    expect(compareGradients({ all: encode(1, engine) }, { all: encode(1) }, [])).toBeLessThan(1e-5);
    expect(compareGradients({ all: encode(2, engine) }, { all: encode(1) }, [])).toBeGreaterThan(0.1);
    const { passes } = passesOf(layout, 0.4, engine);
    const [one, again, other] = [1, 1, 2].map((seed) => passes.encode(catalogue, rows, { training: true, seed: tf.scalar(seed, 'int32') }).arraySync());
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('meet few shapes: rows of like number and length share one', () => {
    const { passes } = passesOf(layout, 0, engine);
    const seed = tf.scalar(0, 'int32');
    const long = Array.from({ length: catalogue.count }, (_, row) => row).filter((row) => catalogue.lengthOf(row) === 7);
    for (let count = 1; count <= 8; count++) tf.dispose(passes.encode(catalogue, Int32Array.from(long.slice(0, count)), { training: false, seed }));
    const { shapes, calls } = passes.reports()[1]!;
    expect(calls).toBe(8);
    // Packed texts have buckets for their tokens, too: 8, 16, 24, … 56.
    expect(shapes).toBe(layout === 'padded' ? 1 : 7);
  });

  it('hand over gradients of the word table as rows, whole tables where they run as they come', () => {
    const rows = rowSets[1]!;
    const tokens = rows.reduce((sum, row) => sum + catalogue.lengthOf(row), 0);
    const gradientOf = (by?: Engine) => {
      const { passes } = passesOf(layout, 0, by);
      const recorded = passes.record(catalogue, rows, tf.scalar(0, 'int32'));
      return recorded.pullBack(tf.ones(recorded.encodings.shape)).words!;
    };
    const [compiled, eager] = [gradientOf(engine), gradientOf()];
    expect(eager).toBeInstanceOf(tf.Tensor);
    if (compiled instanceof tf.Tensor) throw new Error('a whole table');
    expect(compiled.rows.shape[0]).toBeGreaterThanOrEqual(tokens);
    expect(compiled.values.shape).toEqual([compiled.rows.shape[0], 6]);
  });

  it('hold what the gradient needs until it is taken or given up, and nothing after', () => {
    const { passes } = passesOf(layout, 0.2, engine);
    const seed = tf.scalar(3, 'int32');
    const cotangent = tf.ones<tf.Rank.R2>([rowSets[0]!.length, 4]);
    const once = (take: boolean) => {
      const recorded = passes.record(catalogue, rowSets[0]!, seed);
      expect(recorded.heldBytes).toBeGreaterThan(0);
      if (take) tf.dispose(recorded.pullBack(cotangent));
      else recorded.dispose();
      recorded.dispose();
      expect(() => recorded.pullBack(cotangent)).toThrow(/ended|disposed/);
      recorded.encodings.dispose();
    };
    once(true);
    const before = [tf.memory().numTensors, engine.memory().handles];
    for (const take of [true, false, true]) once(take);
    expect([tf.memory().numTensors, engine.memory().handles]).toEqual(before);
  });

  it('agree loosely in bfloat16, and not bit by bit', () => {
    const rows = rowSets[3]!;
    const gradientsOf = (by: Engine) => {
      const { passes } = passesOf(layout, 0, by);
      const recorded = passes.record(catalogue, rows, tf.scalar(0, 'int32'));
      return { encodings: recorded.encodings, ...recorded.pullBack(draw(recorded.encodings.shape, 5) as Tensor2D) };
    };
    const { weights } = passesOf(layout, 0).encoder;
    const difference = compareGradients(gradientsOf(new TensorFlowEngine('bfloat16')), gradientsOf(engine), weights);
    expect(difference).toBeGreaterThan(1e-5);
    expect(difference).toBeLessThan(0.03);
  });
});

it('encodes padded and packed texts alike', () => {
  const encode = (layout: Layout) => passesOf(layout, 0.3, engine).passes.encode(catalogue, rowSets[3]!, { training: true, seed: tf.scalar(8, 'int32') });
  expect(compareGradients({ all: encode('packed') }, { all: encode('padded') }, [])).toBeLessThan(1e-5);
});
