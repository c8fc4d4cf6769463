import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine, type TensorFlowEngine } from '@gramkit/engine-tensorflow';
import { kernelNames, type DeviceTensors } from '@gramkit/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedAttention, plainPackedAttention, type PackedAttention, type PackedAttentionSettings } from './packed-attention.js';
import { offsetsOf, passOf } from './testing/packed.js';
import { draw, expectSameFunction } from './testing/same-function.js';

let engine: TensorFlowEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

const settings: PackedAttentionSettings = { heads: 2, positions: 64, site: 4, rate: 0 };
const dropping = { ...settings, rate: 0.3 };
const inputsOf = (tokens: number, dimension: number): Tensor[] => [1, 2, 3].map((seed) => draw([tokens, dimension], seed));
const rowsOf = (lengths: readonly number[]): number[] => lengths.map((_, item) => 7 * item + 3);

/** Both implementations over items of these lengths and `padding` rows more. */
function expectAlike(lengths: readonly number[], padding: number, dimension: number, given: PackedAttentionSettings): void {
  const offsets = offsetsOf(lengths);
  const pass = passOf(rowsOf(lengths));
  const attend = (attention: PackedAttention) => (query?: Tensor, key?: Tensor, value?: Tensor) =>
    attention(query as Tensor2D, key as Tensor2D, value as Tensor2D, offsets, given, pass);
  const tokens = lengths.reduce((sum, length) => sum + length, padding);
  expectSameFunction(attend(packedAttention), attend(plainPackedAttention), inputsOf(tokens, dimension), 2e-6);
}

describe('packedAttention', () => {
  it.each([['without', settings], ['with', dropping]])('is multi-head attention of each item alone, %s dropout, forwards and backwards', (_case, given) => {
    expectAlike([5, 8, 1, 17, 33], 0, 64, given);
  });

  it.each([2, 12, 20, 96])('shares out a dimension of %d between two heads', (dimension) => expectAlike([3, 18], 0, dimension, dropping));

  it('takes items longer than a block of queries', () => expectAlike([200, 3, 131], 0, 32, { ...dropping, positions: 512 }));

  it('takes empty items and gives padding 0, forwards and backwards', () => {
    expectAlike([0, 4, 0, 0, 6, 0], 5, 16, dropping);
    const [query, key, value] = inputsOf(7, 16) as [Tensor2D, Tensor2D, Tensor2D];
    const attend = (...given: Tensor[]) => packedAttention(given[0] as Tensor2D, given[1] as Tensor2D, given[2] as Tensor2D, offsetsOf([4]), dropping, passOf([1]));
    const gradients = tf.grads((...given) => tf.sum(attend(...given)))([query, key, value]);
    for (const output of [attend(query, key, value), ...gradients]) {
      expect(output.dataSync().slice(4 * 16).every((element) => element === 0)).toBe(true);
      expect(output.dataSync().slice(0, 4 * 16).some((element) => element !== 0)).toBe(true);
    }
  });

  it('gives an item the same bits whatever stands beside it', () => {
    const [query, key, value] = inputsOf(9, 16) as [Tensor2D, Tensor2D, Tensor2D];
    const among = packedAttention(query, key, value, offsetsOf([2, 4, 3]), dropping, passOf([5, 6, 7]));
    const cut = (rows: Tensor2D) => tf.slice(rows, 2, 4);
    const alone = packedAttention(cut(query), cut(key), cut(value), offsetsOf([4]), dropping, passOf([6]));
    expect(alone.dataSync()).toEqual(cut(among).dataSync());
  });

  it('has no dropout outside training', () => {
    const [query, key, value] = inputsOf(5, 16) as [Tensor2D, Tensor2D, Tensor2D];
    const attend = (given: PackedAttentionSettings, training: boolean) => packedAttention(query, key, value, offsetsOf([5]), given, passOf([1], 1, training)).dataSync();
    expect(attend(dropping, false)).toEqual(attend(settings, true));
    expect(attend(dropping, true)).not.toEqual(attend(settings, true));
  });

  it('stays finite and exact where scores are large', () => {
    const [query, key, value] = inputsOf(6, 16).map((rows) => tf.mul<Tensor2D>(rows as Tensor2D, 40)) as [Tensor2D, Tensor2D, Tensor2D];
    const attend = (attention: PackedAttention) => attention(query, key, value, offsetsOf([6]), settings, passOf([1]));
    const [found, expected] = [attend(packedAttention).dataSync(), attend(plainPackedAttention).dataSync()];
    found.forEach((element, index) => expect(Math.abs(element - expected[index]!)).toBeLessThan(1e-3));
  });

  it('is the same, bit for bit, in a compiled function, where several run at once', () => {
    const [offsets, pass] = [offsetsOf([40, 3, 70, 0, 9]), passOf([5, 6, 7, 8, 9])];
    const gradients = ({ query, key, value }: DeviceTensors): DeviceTensors => {
      const attend = (...given: Tensor[]) => packedAttention(given[0] as Tensor2D, given[1] as Tensor2D, given[2] as Tensor2D, offsets, { ...dropping, positions: 128 }, pass);
      const found = [[query!, key!, value!], [value!, query!, key!], [key!, value!, query!]].map((inputs) => tf.grads((...given) => tf.sum(tf.square(attend(...given))))(inputs));
      return Object.fromEntries(found.flat().map((gradient, index) => [`gradient${index}`, gradient]));
    };
    const compiled = engine.compile!(() => [{ compute: gradients }], { name: 'attention', mode: 'graph' });
    const [query, key, value] = inputsOf(124, 64);
    const inputs = { query: query!, key: key!, value: value! };
    const expected = gradients(inputs);
    for (let call = 0; call < 20; call++) {
      const found = compiled.start().next(inputs);
      for (const [name, tensor] of Object.entries(expected)) expect(found[name]!.dataSync(), name).toEqual(tensor.dataSync());
      tf.dispose(found);
    }
    compiled.dispose();
  });

  it('refuses what does not fit together', () => {
    const [query, key, value] = inputsOf(6, 16) as [Tensor2D, Tensor2D, Tensor2D];
    const attend = (lengths: readonly number[], maskRows: readonly number[], given = settings) =>
      packedAttention(query, key, value, offsetsOf(lengths), given, passOf(maskRows)).dataSync();
    expect(() => attend([4, 3], [1, 2])).toThrow(/offsets reach row 7 of 6/);
    expect(() => attend([4, -1], [1, 2])).toThrow(/offsets do not ascend from 0/);
    expect(() => attend([4, 2], [1])).toThrow(/mask rows are not \[items\]/);
    expect(() => attend([6], [1], { ...settings, heads: 3 })).toThrow(/heads do not share out the dimension/);
    expect(() => packedAttention(query, draw([6, 8], 1) as Tensor2D, value, offsetsOf([6]), settings, passOf([1]))).toThrow(/keys and values/);
  });

  it('leaves nothing behind, and falls back on the plain operations where the engine has no kernel', () => {
    const inputs = inputsOf(6, 16);
    const [offsets, pass] = [offsetsOf([2, 4]), passOf([1, 2])];
    const gradients = () => tf.grads((query, key, value) => tf.sum(tf.square(packedAttention(query as Tensor2D, key as Tensor2D, value as Tensor2D, offsets, dropping, pass))))(inputs);
    const before = tf.memory().numTensors;
    const byKernel = gradients();
    expect(tf.memory().numTensors).toBe(before + 3);
    const kernel = tf.getKernel(kernelNames.packedAttention, 'tensorflow');
    tf.unregisterKernel(kernelNames.packedAttention, 'tensorflow');
    try {
      gradients().forEach((gradient, index) => expect(tf.max(tf.abs(tf.sub(gradient, byKernel[index]!))).dataSync()[0]).toBeLessThan(1e-5));
    } finally {
      tf.registerKernel(kernel);
    }
  });
});
