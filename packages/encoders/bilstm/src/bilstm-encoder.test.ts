import { loadEngine } from '@gramkit/engine-tensorflow';
import type { EncoderPass, Engine, Gradient, PreparedItems } from '@gramkit/spec';
import { EncoderPasses, PreparedTexts, recordPass, rowsToTable } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import oracle from './__fixtures__/bilstm.json' with { type: 'json' };
import { BilstmEncoder, type BilstmOptions, bilstmOptions, type WordTable } from './index.js';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine();
});

const made: BilstmEncoder[] = [];
afterEach(() => made.splice(0).forEach((encoder) => encoder.dispose()));

const tableOf = (rows: number, dimension: number): WordTable => ({ rows, dimension, values: (source) => Float32Array.from({ length: rows * dimension }, () => source.normal()) });

function create(options: Partial<BilstmOptions> = {}, seed = 1, table = tableOf(20, 5)): BilstmEncoder {
  const encoder = new BilstmEncoder(table, seed, { ...bilstmOptions.parse({ hidden: 4 }), ...options });
  made.push(encoder);
  return encoder;
}

type Named = Record<string, { shape: number[]; values: number[] }>;
const tensorOf = ({ shape, values }: { shape: number[]; values: number[] }): Tensor => tf.tensor(values, shape);

function passOf(rows: readonly number[], seed = 1, training = true): EncoderPass {
  return { training, seed: tf.scalar(seed, 'int32') as Scalar, maskRows: tf.tensor1d([...rows], 'int32') as Tensor1D };
}

/** Rows of ids, padded to `longest` with `paddingId`. */
function inputOf(rows: readonly (readonly number[])[], longest = Math.max(...rows.map((row) => row.length)), paddingId = 0) {
  const ids = rows.flatMap((row) => [...row, ...Array<number>(longest - row.length).fill(paddingId)]);
  return { tokenIds: tf.tensor2d(ids, [rows.length, longest], 'int32'), lengths: tf.tensor1d(rows.map((row) => row.length), 'int32') };
}

function encode(encoder: BilstmEncoder, rows: readonly (readonly number[])[], pass: EncoderPass, longest?: number, paddingId?: number): number[][] {
  return tf.tidy(() => encoder.encode(inputOf(rows, longest, paddingId), pass).arraySync());
}

const catalogueOf = (rows: readonly (readonly number[])[]): PreparedItems => PreparedTexts.of(rows.map((row) => Int32Array.from(row)), 0);

/** Gradients of `<cotangent, encodings of rows>`, whole tables. */
function gradientsOf(encoder: BilstmEncoder, catalogue: PreparedItems, rows: readonly number[], cotangent: Tensor2D, by?: Engine): Map<string, number[]> {
  const passes = new EncoderPasses(encoder, by);
  const found = passes.record(catalogue, Int32Array.from(rows), tf.scalar(3, 'int32')).pullBack(cotangent);
  passes.dispose();
  const whole = (gradient: Gradient) => (gradient instanceof tf.Tensor ? gradient : rowsToTable(gradient, encoder.vocabularySize));
  return new Map(Object.entries(found).map(([name, gradient]) => [name, Array.from(whole(gradient).dataSync())]));
}

const norm = (values: readonly number[]) => Math.hypot(...values);
function relativeError(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return norm(expected.map((value, index) => value - found[index]!)) / norm(expected);
}
const flat = (gradients: ReadonlyMap<string, number[]>) => Array.from(gradients.keys()).sort().flatMap((name) => gradients.get(name)!);

const words = [[3, 17, 5, 9, 2], [8], [1, 19, 19, 4, 6, 7, 11, 12, 13, 14]];

describe.each(Object.entries(oracle))("beside PyTorch's float64 over packed sequences: %s", (_, recorded) => {
  const setUp = () => {
    const weights = recorded.weights as Named;
    const [rows, dimension] = weights['words']!.shape as [number, number];
    const encoder = create({ hidden: recorded.hidden, ...(recorded.dimension !== null && { dimension: recorded.dimension }) }, 1, tableOf(rows, dimension));
    expect(encoder.weights.map(({ name }) => name).sort()).toEqual(Object.keys(weights).sort());
    for (const { name, variable } of encoder.weights) tf.tidy(() => variable.assign(tensorOf(weights[name]!)));
    return encoder;
  };

  it('has its encodings', () => {
    const encoder = setUp();
    const found = encode(encoder, recorded.rows, passOf(recorded.rows.map((__, row) => row)));
    expect([found.length, encoder.dimension]).toEqual(recorded.encodings.shape);
    expect(relativeError(found.flat(), recorded.encodings.values)).toBeLessThan(1e-6);
  });

  it.each([['compiled', true], ['operation by operation', false]] as const)('has the gradient of every weight, %s', (__, compiled) => {
    const encoder = setUp();
    const found = gradientsOf(encoder, catalogueOf(recorded.rows), recorded.rows.map((___, row) => row), tensorOf(recorded.cotangent) as Tensor2D, compiled ? engine : undefined);
    expect(Array.from(found.keys()).sort()).toEqual(Object.keys(recorded.gradients).sort());
    for (const [name, { values }] of Object.entries(recorded.gradients as Named)) expect(relativeError(found.get(name)!, values), name).toBeLessThan(1e-5);
  });
});

describe('the gradient', () => {
  it.each([[0, undefined], [0.4, undefined], [0.4, 3]])('is the slope of the output along it, by finite differences; dropout %d, dimension %s', (dropout, dimension) => {
    const encoder = create({ dropout, ...(dimension !== undefined && { dimension }) });
    const cotangent = tf.randomNormal([3, encoder.dimension], 0, 1, 'float32', 4) as Tensor2D;
    const pass = passOf([0, 1, 2], 3);
    const found = gradientsOf(encoder, catalogueOf(words), [0, 1, 2], cotangent);
    const objective = () => tf.tidy(() => tf.sum(tf.mul(encoder.encode(inputOf(words), pass), cotangent)).dataSync()[0]!);
    for (const { name, variable } of encoder.weights) {
      const gradient = tf.tensor(found.get(name)!, variable.shape);
      const start = tf.clone(variable as Tensor);
      const size = norm(found.get(name)!);
      expect(size, name).toBeGreaterThan(1e-2);
      const at = (step: number) => {
        tf.tidy(() => variable.assign(tf.add(start, tf.mul(gradient, step / size))));
        return objective();
      };
      // A small step: beyond it another word may have the maximum.
      const slope = (at(1e-3) - at(-1e-3)) / 2e-3;
      tf.tidy(() => variable.assign(start.clone()));
      expect(Math.abs(slope - size), `${name}: ${slope} and ${size}`).toBeLessThan(0.005 * size + 2e-3);
    }
  });

  it('is the same compiled, filled shapes and dropout included', () => {
    const encoder = create({ dropout: 0.3, dimension: 6 });
    const cotangent = tf.randomNormal([4, 6], 0, 1, 'float32', 5) as Tensor2D;
    const [eager, compiled] = [undefined, engine].map((by) => flat(gradientsOf(encoder, catalogueOf(words), [2, 0, 1, 0], cotangent, by)));
    expect(relativeError(compiled!, eager!)).toBeLessThan(1e-5);
  });

  it.each([['compiled', true], ['operation by operation', false]] as const)('of every occurrence is that of unique items with their gradients summed, %s', (_, compiled) => {
    const encoder = create({ dropout: 0.3 });
    const occurrences = [0, 1, 0, 2, 0, 1];
    const cotangent = tf.randomNormal([6, 8], 0, 1, 'float32', 6) as Tensor2D;
    const summed = tf.unsortedSegmentSum(cotangent, tf.tensor1d(occurrences, 'int32'), 3) as Tensor2D;
    const by = compiled ? engine : undefined;
    const [everyOccurrence, unique] = [gradientsOf(encoder, catalogueOf(words), occurrences, cotangent, by), gradientsOf(encoder, catalogueOf(words), [0, 1, 2], summed, by)];
    expect(relativeError(flat(everyOccurrence), flat(unique))).toBeLessThan(1e-5);
  });

  it('of the word table comes in rows where it is compiled: those of the words that were read', () => {
    const encoder = create({}, 1, tableOf(5_000, 5));
    const passes = new EncoderPasses(encoder, engine);
    const { words: found } = passes.record(catalogueOf([[4_998, 7]]), Int32Array.of(0), tf.scalar(0, 'int32')).pullBack(tf.ones([1, 8]));
    expect(found).not.toBeInstanceOf(tf.Tensor);
    const { rows, values } = found as Exclude<Gradient, Tensor>;
    expect(new Set(rows.dataSync())).toEqual(new Set([0, 7, 4_998]));
    // Padding's row is listed, with a gradient of zeros.
    rows.dataSync().forEach((row, place) => expect(norm(Array.from(values.dataSync().slice(5 * place, 5 * place + 5))) > 0).toBe(row !== 0 && place < 2));
    passes.dispose();
  });
});

describe('padding', () => {
  it('has no influence: neither its length nor the word that stands there', () => {
    const encoder = create({ dimension: 6 });
    const short = encode(encoder, words, passOf([0, 1, 2]));
    const long = encode(encoder, words, passOf([0, 1, 2]), 23, 16);
    expect(relativeError(long.flat(), short.flat())).toBeLessThan(1e-6);
    words.forEach((row, item) => expect(relativeError(encode(encoder, [row], passOf([item]))[0]!, short[item]!)).toBeLessThan(1e-6));
  });

  it('gets no gradient either', () => {
    const encoder = create();
    const cotangent = tf.ones([3, 8]) as Tensor2D;
    const pull = (longest: number) => {
      const recorded = recordPass(() => encoder.encode(inputOf(words, longest, 16), passOf([0, 1, 2])));
      return recorded.pullBack(recorded.value, cotangent, encoder.weights.map(({ variable }) => variable)).flatMap((gradient) => Array.from(gradient!.dataSync()));
    };
    expect(relativeError(pull(23), pull(10))).toBeLessThan(1e-6);
  });

  it('alone is read as one word: an item without words has an encoding', () => {
    const encoder = create();
    const [empty, padded] = [encode(encoder, [[]], passOf([0])), encode(encoder, [[], [4]], passOf([0, 1]))];
    expect(relativeError(empty[0]!, encode(encoder, [[0]], passOf([0]))[0]!)).toBeLessThan(1e-6);
    expect(relativeError(padded[0]!, empty[0]!)).toBeLessThan(1e-6);
    expect(norm(empty[0]!)).toBeGreaterThan(0);
  });
});

describe('an encoding', () => {
  it('depends on the order of words, and on each of them', () => {
    const encoder = create();
    const [one, turned, other] = encode(encoder, [[3, 4, 5], [5, 4, 3], [3, 9, 5]], passOf([0, 1, 2]));
    expect(relativeError(turned!, one!)).toBeGreaterThan(1e-2);
    expect(relativeError(other!, one!)).toBeGreaterThan(1e-2);
  });

  it('shares the gradient alike among words that reach the same maximum', () => {
    // Without recurrence and with one word twice, both of its states are greatest in every unit.
    const encoder = create({ hidden: 2 }, 1, tableOf(6, 3));
    for (const { name, variable } of encoder.weights) if (name.endsWith('recurrentWeights') || name.endsWith('Bias')) variable.assign(tf.zerosLike(variable));
    for (const { name, variable } of encoder.weights) if (name.endsWith('inputWeights')) tf.tidy(() => variable.assign(tf.concat([tf.slice(variable as Tensor, [0, 0], [3, 2]), tf.fill([3, 2], -60), tf.slice(variable as Tensor, [0, 4], [3, 4])], 1)));
    tf.tidy(() => encoder.weights[0]!.variable.assign(tf.ones([6, 3])));
    const gradient = (rows: readonly number[]) => gradientsOf(encoder, catalogueOf([rows]), [0], tf.ones([1, 4]) as Tensor2D).get('words')!.slice(6, 9);
    // The forget gate is shut: two words have the state of one, and together its gradient.
    expect(relativeError(gradient([2, 2]), gradient([2]))).toBeLessThan(1e-5);
  });
});

describe('dropout', () => {
  it('gives an item the same masks in any mini-batch, at any padding, by seed and mask row alone', () => {
    const encoder = create({ dropout: 0.4 });
    expect([encoder.drawsMasks, create().drawsMasks]).toEqual([true, false]);
    const [first, second, third] = encode(encoder, words, passOf([4, 9, 2]));
    const elsewhere = encode(encoder, [words[2]!, [12, 13], words[0]!, words[1]!], passOf([2, 5, 4, 9]), 14);
    expect(relativeError(elsewhere[2]!, first!)).toBeLessThan(1e-6);
    expect(relativeError(elsewhere[3]!, second!)).toBeLessThan(1e-6);
    expect(relativeError(elsewhere[0]!, third!)).toBeLessThan(1e-6);
  });

  it('repeats with the seed, differs with another seed or mask row, and is off outside training', () => {
    const encoder = create({ dropout: 0.4 });
    const rows = [words[0]!, words[0]!];
    const [one, other] = encode(encoder, rows, passOf([0, 1], 5));
    expect(encode(encoder, rows, passOf([0, 1], 5))).toEqual([one, other]);
    expect(relativeError(one!, other!)).toBeGreaterThan(1e-2);
    expect(relativeError(one!, encode(encoder, rows, passOf([0, 1], 6))[0]!)).toBeGreaterThan(1e-2);
    expect(encode(encoder, rows, passOf([0, 1], 5, false))).toEqual(encode(create(), rows, passOf([0, 1])));
  });
});

describe('frozen word vectors', () => {
  it('get no gradient, and the others get the same as without', () => {
    const [frozen, trained] = [create({ freezeVectors: true }), create()];
    expect(frozen.weights.map(({ name, trainable }) => [name, trainable]).filter(([, trainable]) => trainable !== true)).toEqual([['words', false]]);
    const cotangent = tf.ones([3, 8]) as Tensor2D;
    const [some, all] = [frozen, trained].map((encoder) => gradientsOf(encoder, catalogueOf(words), [0, 1, 2], cotangent));
    expect(some!.has('words')).toBe(false);
    all!.delete('words');
    expect(relativeError(flat(some!), flat(all!))).toBeLessThan(1e-6);
  });
});

describe('the encoder', () => {
  it('starts from the same weights bit for bit for a seed', () => {
    const values = (seed: number) => create({ dimension: 3 }, seed).weights.map(({ variable }) => Array.from(variable.dataSync()));
    expect(values(1)).toEqual(values(1));
    values(2).forEach((other, index) => expect(other).not.toEqual(values(1)[index]));
  });

  it('keeps tensors flat over 20 forward and backward passes, and frees its weights, twice in a row', () => {
    const start = tf.memory().numTensors;
    const encoder = new BilstmEncoder(tableOf(20, 5), 1, bilstmOptions.parse({ hidden: 4, dimension: 3, dropout: 0.2 }));
    const step = (seed: number) => tf.tidy(() => {
      const recorded = recordPass(() => encoder.encode(inputOf(words), passOf([0, 1, 2], seed)));
      recorded.pullBack(recorded.value, tf.ones([3, 3]), encoder.weights.map(({ variable }) => variable));
    });
    step(0);
    const { numTensors, numBytes } = tf.memory();
    for (let seed = 1; seed <= 20; seed++) step(seed);
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    encoder.dispose();
    encoder.dispose();
    expect(tf.memory().numTensors).toBe(start);
  });

  it('refuses input that is no text', () => {
    const encoder = create();
    for (const input of [{}, { tokenIds: tf.zeros([2], 'int32'), lengths: tf.ones([2], 'int32') }, { tokenIds: tf.zeros([2, 1], 'int32') }] as Record<string, Tensor>[]) {
      expect(() => encoder.encode(input, passOf([0, 1]))).toThrow(expect.objectContaining({ code: 'PLUGIN_MISMATCH' }));
    }
  });
});
