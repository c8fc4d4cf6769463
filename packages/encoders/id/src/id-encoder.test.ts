import { loadEngine } from '@gramkit/engine-tensorflow';
import type { Engine, Gradient, ItemContent, PreparedItems, TrainingCatalogue } from '@gramkit/spec';
import { EncoderPasses, encodeRows, type Gradients, rowsToTable } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import plugin, { IdEncoder, idOptions } from './index.js';

const ids = ['fractions', 'area', 'angles', 'powers', 'means'];
const itemsOf = (names: readonly string[]): ItemContent[] => names.map((id) => ({ id, fields: {} }));

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine();
});

const made: IdEncoder[] = [];
afterEach(() => made.splice(0).forEach((encoder) => encoder.dispose()));
function create(seed = 1, dimension = 3, names: readonly string[] = ids): IdEncoder {
  const encoder = new IdEncoder(names, seed, idOptions.parse({ dimension }));
  made.push(encoder);
  return encoder;
}

function tableOf(encoder: IdEncoder): number[][] {
  return encoder.weights[0]!.variable.arraySync() as number[][];
}

function encode(encoder: IdEncoder, items: PreparedItems, rows: readonly number[], compiled: boolean): number[][] {
  const passes = new EncoderPasses(encoder, compiled ? engine : undefined);
  const encodings = tf.tidy(() => encodeRows(passes, items, rows, { training: false, seed: tf.scalar(0, 'int32') }, 4096).arraySync());
  passes.dispose();
  return encodings;
}

/** The gradient of `<cotangent, encodings of rows>`. */
function gradientOf(encoder: IdEncoder, rows: readonly number[], cotangent: Tensor2D, compiled: boolean): Gradient {
  const passes = new EncoderPasses(encoder, compiled ? engine : undefined);
  const recorded = passes.record(encoder.preprocessor.prepare(itemsOf(ids)), Int32Array.from(rows), tf.scalar(0, 'int32'));
  const gradients: Gradients = recorded.pullBack(cotangent);
  passes.dispose();
  return gradients['vectors']!;
}

const wholeTable = (gradient: Gradient): number[][] => (gradient instanceof tf.Tensor ? gradient : rowsToTable(gradient, ids.length)).arraySync() as number[][];

describe.each([['compiled', true], ['operation by operation', false]] as const)('an id encoder, %s', (_, compiled) => {
  it('gives each item its own vector, found by id in any catalogue', () => {
    const encoder = create();
    const table = tableOf(encoder);
    expect(encode(encoder, encoder.preprocessor.prepare(itemsOf(ids)), [3, 0, 3], compiled)).toEqual([table[3], table[0], table[3]]);
    const shuffled = encoder.preprocessor.prepare(itemsOf(['powers', 'fractions']));
    expect(encode(encoder, shuffled, [1, 0], compiled)).toEqual([table[0], table[3]]);
  });

  it('gives an item that it has never seen the mean of all vectors, and its neighbours their own', () => {
    const encoder = create();
    const table = tableOf(encoder);
    const mean = table[0]!.map((__, column) => table.reduce((sum, row) => sum + row[column]!, 0) / ids.length);
    const [area, unseen] = encode(encoder, encoder.preprocessor.prepare(itemsOf(['toString', 'area'])), [1, 0], compiled);
    expect(area).toEqual(table[1]);
    unseen!.forEach((value, column) => expect(value).toBeCloseTo(mean[column]!, 6));
  });

  it('gives the rows that it read a gradient, the sum over all that read a row, whether once or several times', () => {
    const encoder = create();
    const rows = [2, 0, 2, 2, 4];
    const cotangent = tf.tensor2d([[1, 2, 3], [4, 5, 6], [10, 20, 30], [100, 200, 300], [7, 8, 9]]);
    const everyOccurrence = wholeTable(gradientOf(encoder, rows, cotangent, compiled));
    expect(everyOccurrence).toEqual([[4, 5, 6], [0, 0, 0], [111, 222, 333], [0, 0, 0], [7, 8, 9]]);
    const unique = wholeTable(gradientOf(encoder, [2, 0, 4], tf.tensor2d([[111, 222, 333], [4, 5, 6], [7, 8, 9]]), compiled));
    expect(unique).toEqual(everyOccurrence);
  });
});

describe('the gradient of a compiled id encoder', () => {
  it('is one of rows: its size is that of the mini-batch, not of the table', () => {
    const names = Array.from({ length: 5_000 }, (_, row) => `item ${row}`);
    const encoder = create(1, 2, names);
    const passes = new EncoderPasses(encoder, engine);
    const recorded = passes.record(encoder.preprocessor.prepare(itemsOf(names)), Int32Array.of(4_999, 7), tf.scalar(0, 'int32'));
    const gradient = recorded.pullBack(tf.tensor2d([[1, 2], [3, 4]]))['vectors']!;
    expect(gradient).not.toBeInstanceOf(tf.Tensor);
    const { rows, values } = gradient as Exclude<Gradient, tf.Tensor>;
    expect(rows.size).toBeLessThan(10);
    const sums = new Map<number, number>();
    Array.from(rows.dataSync()).forEach((row, place) => sums.set(row, (sums.get(row) ?? 0) + values.dataSync()[2 * place]!));
    expect([sums.get(4_999), sums.get(7)]).toEqual([1, 3]);
    passes.dispose();
  });
});

describe('the vectors', () => {
  it('follow the seed bit for bit and have the spread that was asked for', () => {
    const names = Array.from({ length: 500 }, (_, row) => `item ${row}`);
    const values = (seed: number) => Array.from(create(seed, 20, names).weights[0]!.variable.dataSync());
    const [one, same, other] = [values(1), values(1), values(2)];
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    expect(Math.sqrt(one.reduce((sum, value) => sum + value * value, 0) / one.length)).toBeCloseTo(1, 1);
  });
});

describe('the preprocessor', () => {
  it('tells what it was made for by its fingerprint, and refuses rows that the catalogue lacks', () => {
    const { preprocessor } = create();
    expect(preprocessor.vocabularySize).toBe(5);
    expect(preprocessor.fingerprint).toBe(create(2).preprocessor.fingerprint);
    expect(preprocessor.fingerprint).not.toBe(create(1, 3, [...ids].reverse()).preprocessor.fingerprint);
    const items = preprocessor.prepare(itemsOf(['area']));
    expect([items.count, items.lengthOf(0)]).toEqual([1, 1]);
    expect(() => items.lengthOf(1)).toThrow(/no item in row 1: the catalogue has 1/);
    expect(() => items.collate([-1])).toThrow(/no item in row -1/);
  });
});

describe('the plugin', () => {
  it('makes a vector for every item of the training catalogue', async () => {
    const asked: string[] = [];
    const catalogue: TrainingCatalogue = { derive: async (name, derive) => (asked.push(name), await derive(itemsOf(ids))) };
    const encoder = await plugin.create({ options: idOptions.parse({}), catalogue, seed: 3 });
    expect(encoder.weights.map(({ name, variable }) => [name, variable.shape])).toEqual([['vectors', [5, 128]]]);
    expect(asked).toEqual(['encoder-id.items']);
    const before = tf.memory().numTensors;
    encoder.dispose();
    encoder.dispose();
    expect(tf.memory().numTensors).toBe(before - 1);
  });

  it('refuses a catalogue without items', () => {
    expect(() => new IdEncoder([], 1, idOptions.parse({}))).toThrow(expect.objectContaining({ code: 'DATA_EMPTY' }));
  });
});
