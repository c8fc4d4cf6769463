import { loadEngine } from '@gramkit/engine-tensorflow';
import { RunningSumModel, tinyBatch } from '@gramkit/strategy-testing';
import { uploadBatch } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { measureWindow } from './window-measures.js';
import { Window } from './window.js';

beforeAll(() => loadEngine());

const norm = (values: number[]) => Math.hypot(...values);

/** A window in which the rows of `batch` moved twice. */
function movedWindow(batch: ReturnType<typeof tinyBatch>): { window: Window; encodings: Tensor2D; moves: [Tensor2D, Tensor2D] } {
  const shape: [number, number] = [batch.itemIds.length, 5];
  const encodings = tf.randomNormal<tf.Rank.R2>(shape, 0, 1, 'float32', 1);
  const moves: [Tensor2D, Tensor2D] = [tf.randomNormal(shape, 0, 0.3, 'float32', 2), tf.randomNormal(shape, 0, 0.2, 'float32', 3)];
  const window = new Window(0, 5);
  window.fill(Array.from(batch.itemIds), encodings);
  moves.forEach((change, index) => window.move({ places: window.places(batch.itemIds), change, rowRate: tf.scalar(10 + index) }));
  window.lastBatch = batch;
  return { window, encodings, moves };
}

describe('measures of a window', () => {
  it('are what plain arithmetic makes of them', async () => {
    const batch = tinyBatch(1, 12);
    const { window, encodings, moves } = movedWindow(batch);
    const reencoded = tf.add(encodings, tf.mul(tf.add(moves[0], moves[1]), 0.4)) as Tensor2D;
    const noisy = tf.add(reencoded, tf.randomNormal(reencoded.shape, 0, 0.1, 'float32', 4)) as Tensor2D;
    const model = new RunningSumModel();
    const found = await measureWindow(window, noisy, model);

    const h = Array.from(encodings.dataSync());
    const [first, second] = moves.map((move) => Array.from(move.dataSync())) as [number[], number[]];
    const d = first.map((value, index) => value + second[index]!);
    const change = Array.from(noisy.dataSync(), (value, index) => value - h[index]!);
    const means = Array.from({ length: 5 }, (_, column) => h.filter((__, index) => index % 5 === column).reduce((sum, value) => sum + value) / batch.itemIds.length);
    const spread = norm(h.map((value, index) => value - means[index % 5]!));
    const lossOn = (rows: tf.Tensor) => model.loss(rows as Tensor2D, uploadBatch(batch), { training: false, seed: tf.scalar(0, 'int32') }).loss.arraySync();
    const [lossMoved, lossReencoded] = [lossOn(tf.add(encodings, tf.tensor2d(d, encodings.shape))), lossOn(noisy)];

    expect(found.rowRate).toBeCloseTo(10.5, 5);
    expect(found.displacement).toBeCloseTo(norm(d) / Math.sqrt(d.length), 5);
    expect(found.displacementOverSpread).toBeCloseTo(norm(d) / spread, 5);
    expect(found.residual).toBeCloseTo(norm(change.map((value, index) => d[index]! - value)) / norm(d), 4);
    expect(found.cosine).toBeCloseTo(change.reduce((sum, value, index) => sum + value * d[index]!, 0) / (norm(change) * norm(d)), 4);
    expect(found.coherence).toBeCloseTo((norm(d) / (norm(first) + norm(second))) * Math.SQRT2, 5);
    expect(found.lossMoved).toBeCloseTo(lossMoved, 5);
    expect(found.lossReencoded).toBeCloseTo(lossReencoded, 5);
    expect(found.reencodeGap).toBeCloseTo((lossReencoded - lossMoved) / lossMoved, 4);
  });

  it('say that an encoder which followed exactly leaves nothing, and one that stood still everything', async () => {
    const { window, encodings, moves } = movedWindow(tinyBatch(1, 12));
    const model = new RunningSumModel();
    const followed = await measureWindow(window, tf.add(encodings, tf.add(moves[0], moves[1])), model);
    expect(followed.residual).toBeLessThan(1e-5);
    expect(followed.cosine).toBeCloseTo(1, 5);
    expect(followed.reencodeGap).toBeCloseTo(0, 5);
    const still = await measureWindow(window, encodings, model);
    expect(still.residual).toBeCloseTo(1, 6);
    expect(still.cosine).toBeNull();
  });

  it('hold no tensor', async () => {
    const { window, encodings } = movedWindow(tinyBatch(1, 12));
    const model = new RunningSumModel();
    const before = tf.memory().numTensors;
    await measureWindow(window, encodings, model);
    expect(tf.memory().numTensors).toBe(before);
  });
});
