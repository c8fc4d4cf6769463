import { loadEngine } from '@gramkit/engine-tensorflow';
import type { DeviceTensors, EncoderPass, ItemEncoder, PreparedItems } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeCatalogue, encodeRows } from './encode-rows.js';
import { EncoderPasses } from './encoder-passes.js';

beforeAll(() => loadEngine());

const lengths = [3, 1, 2, 3, 1];
const catalogue: PreparedItems = {
  count: lengths.length,
  lengthOf: (row) => lengths[row]!,
  collate: (rows) => ({ rows: { dtype: 'int32', shape: [rows.length], data: Int32Array.from(rows) } }),
};

/** `[row, mask row + seed in training]` for each item; notes the rows of each call. */
function rowEncoder() {
  const calls: number[][] = [];
  const encode = ({ rows }: DeviceTensors, { training, seed, maskRows }: EncoderPass): Tensor2D => {
    calls.push(Array.from(rows!.dataSync()));
    const masks = tf.mul(tf.add(maskRows, seed), tf.scalar(training ? 1 : 0, 'int32'));
    return tf.cast(tf.stack([rows!, masks], 1), 'float32') as Tensor2D;
  };
  return { calls, encoder: new EncoderPasses({ name: 'rows', dimension: 2, weights: [], encode } as unknown as ItemEncoder) };
}

describe('encoding rows', () => {
  it('gives encodings in the order asked for, whatever the chunks; mask rows are catalogue rows', () => {
    const { encoder, calls } = rowEncoder();
    const encodings = encodeRows(encoder, catalogue, [3, 1, 0, 3, 4], { training: true, seed: tf.scalar(100, 'int32') }, 6);
    expect(encodings.arraySync()).toEqual([[3, 103], [1, 101], [0, 100], [3, 103], [4, 104]]);
    expect(calls).toEqual([[1, 4], [3, 0], [3]]);
  });

  it('encodes a catalogue without dropout, tells how far it is, and lets the event loop run', async () => {
    const { encoder } = rowEncoder();
    const before = tf.memory().numTensors;
    const told: [number, number][] = [];
    let others = 0;
    setImmediate(() => others++);
    const table = await encodeCatalogue(encoder, catalogue, { chunkTokens: 4, progress: (done, total) => told.push([done, total]) });
    expect(table.arraySync()).toEqual(lengths.map((_, row) => [row, 0]));
    expect(told).toEqual([[2, 5], [3, 5], [4, 5], [5, 5]]);
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(others).toBe(1);
  });

  it('gives an empty table for an empty catalogue', async () => {
    const table = await encodeCatalogue(rowEncoder().encoder, { ...catalogue, count: 0 });
    expect(table.shape).toEqual([0, 2]);
  });
});
