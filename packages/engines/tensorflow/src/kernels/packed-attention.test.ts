import { engine, eye, gather, memory, scalar, tensor1d, tidy, tile, zeros, type Tensor } from '@tensorflow/tfjs-core';
import { kernelNames } from '@gramkit/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../engine/load-engine.js';

const lengths = [5, 0, 19, 2];
const maskRows = [12, 3, 7, 100_000];
const [heads, positions, site, rate] = [3, 32, 9, 0.3];
const tokens = 26;
const width = 20;

/** Where the probabilities are all alike and the values of an item are unit vectors, a context is a row of the mask over the length of the item. */
function maskByAttention(): Float32Array {
  return tidy(() => {
    const places = lengths.flatMap((length) => Array.from({ length }, (_, place) => place));
    const unit = gather(eye(width), tensor1d(places, 'int32'));
    const value = tile(unit, [1, heads]);
    const nothing = zeros([tokens, heads * width]);
    const inputs = { query: nothing, key: nothing, value, offsets: tensor1d([0, 5, 5, 24, 26], 'int32'), maskRows: tensor1d(maskRows, 'int32'), seed: scalar(-77, 'int32') };
    return engine().runKernel<Tensor[]>(kernelNames.packedAttention, inputs, { heads, positions, site, rate })[0]!.dataSync<'float32'>();
  });
}

describe('PackedAttention', () => {
  beforeAll(async () => void (await loadEngine({ device: 'cpu' })));

  it('draws the masks that RowHashMask draws', () => {
    const found = maskByAttention();
    let token = 0;
    lengths.forEach((length, item) => {
      const inputs = { maskRows: tensor1d([maskRows[item]!], 'int32'), seed: scalar(-77, 'int32') };
      const attributes = { site, rate, shape: [heads, length, length], strides: [positions * positions, positions, 1] };
      const mask = engine().runKernel<Tensor>(kernelNames.rowHashMask, inputs, attributes).dataSync();
      for (let query = 0; query < length; query++, token++) {
        for (let head = 0; head < heads; head++) {
          const row = found.slice((token * heads + head) * width, (token * heads + head + 1) * width);
          const wanted = mask.slice((head * length + query) * length, (head * length + query + 1) * length);
          expect(Array.from(row.slice(0, length), (value) => value !== 0)).toEqual(Array.from(wanted, (value) => value !== 0));
          row.slice(0, length).forEach((value, key) => expect(value).toBeCloseTo(wanted[key]! / length, 6));
          expect(row.slice(length).every((value) => value === 0)).toBe(true);
        }
      }
    });
    expect(token).toBe(tokens);
  });

  it('gives the same bits at every call and leaves nothing behind', () => {
    const first = maskByAttention();
    const before = memory().numTensors;
    expect(maskByAttention()).toEqual(first);
    expect(memory().numTensors).toBe(before);
  });
});
