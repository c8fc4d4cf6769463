import path from 'node:path';
import { defaultModelDirectory, loadEngine } from '@gramkit/engine-tensorflow';
import type { DeviceTensors, EncoderPass, HostTensor, ItemEncoder } from '@gramkit/spec';
import { packTokens, readSafetensors, recordPass, uploadTensor, uploadTensors } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BertEncoderOptions, createBertEncoder } from './bert-encoder.js';
import { poolings } from './pooling.js';

const fixtures = path.join(import.meta.dirname, '__fixtures__');
const tinyFolder = path.join(fixtures, 'tiny-bert');
const plain: BertEncoderOptions = { pooling: 'mean', attentionWidth: 5, freezeEmbeddings: false, freezeLayers: 0, dropout: 0, initializerSeed: 7 };

const made: ItemEncoder[] = [];
async function create(options: Partial<BertEncoderOptions> = {}, folder = tinyFolder): Promise<ItemEncoder> {
  const encoder = await createBertEncoder(folder, { ...plain, ...options });
  made.push(encoder);
  return encoder;
}

beforeAll(async () => {
  await loadEngine();
});
afterEach(() => made.splice(0).forEach((encoder) => encoder.dispose()));

/** Rows of token ids as a batch padded to `longest` with `paddingId`. */
function padded(rows: readonly (readonly number[])[], longest = Math.max(...rows.map((row) => row.length)), paddingId = 0) {
  const tokenIds = rows.flatMap((row) => [...row, ...Array<number>(longest - row.length).fill(paddingId)]);
  return inputOf({ dtype: 'int32', shape: [rows.length, longest], data: Int32Array.from(tokenIds) }, Int32Array.from(rows, (row) => row.length));
}

/** The layouts that the encoder takes: packed tokens where the engine has operations for them, padded ones everywhere. */
const layouts = ['packed', 'padded'] as const;
let layout: (typeof layouts)[number] = 'packed';

function inputOf(tokenIds: HostTensor, lengths: Int32Array): DeviceTensors {
  if (layout === 'padded') return { tokenIds: uploadTensor(tokenIds), lengths: tf.tensor1d(lengths, 'int32') };
  // Three tokens more than there are: what fills up a shape has no influence.
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  return uploadTensors(packTokens(tokenIds, lengths, { tokens: tokens + 3, items: lengths.length }));
}


function passOf(rows: readonly number[], seed = 1, training = true): EncoderPass {
  return { training, seed: tf.scalar(seed, 'int32') as Scalar, maskRows: tf.tensor1d([...rows], 'int32') as Tensor1D };
}

/** The encodings of rows of token ids, row by row. */
function encode(encoder: ItemEncoder, rows: readonly (readonly number[])[], pass: EncoderPass, longest?: number, paddingId?: number): Float32Array[] {
  const [items, dimension] = [rows.length, encoder.dimension];
  const encodings = tf.tidy(() => encoder.encode(padded(rows, longest, paddingId), pass));
  const values = encodings.dataSync() as Float32Array;
  encodings.dispose();
  return Array.from({ length: items }, (_, item) => values.slice(item * dimension, (item + 1) * dimension));
}

function largestDifference(left: ArrayLike<number>, right: ArrayLike<number>): number {
  return Array.from(left).reduce((largest, value, index) => Math.max(largest, Math.abs(value - right[index]!)), 0);
}

const squares = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value * value, 0);
const words = [[3, 17, 5, 9, 2], [8], [1, 39, 39, 4, 6, 7, 11]];

describe.each(layouts)('%s tokens:', (chosen) => {
  beforeAll(() => {
    layout = chosen;
  });

  describe('encodings of MiniLM', () => {
    it.each(['mean', 'cls'] as const)('are those of transformers within 1e-5 under %s pooling, also of empty texts and of rows with padding', async (pooling) => {
      const { tensors } = await readSafetensors(path.join(fixtures, 'minilm-encodings.safetensors'));
      const encoder = await create({ pooling }, defaultModelDirectory());
      const output = tf.tidy(() => encoder.encode(inputOf(tensors.tokenIds!, tensors.lengths!.data as Int32Array), passOf([...Array(12).keys()])));
      expect(output.shape).toEqual(tensors[pooling]!.shape);
      expect(Math.min(...tensors.lengths!.data)).toBe(2);
      expect(largestDifference(output.dataSync(), tensors[pooling]!.data)).toBeLessThan(1e-5);
      output.dispose();
      expect(encoder.vocabularySize).toBe(30522);
    });
  });

  describe.each(poolings)('the gradient under %s pooling', (pooling) => {
    async function oracle() {
      const { tensors } = await readSafetensors(path.join(fixtures, 'tiny-bert-gradients.safetensors'));
      const encoder = await create({ pooling });
      for (const { name, variable } of encoder.weights) {
        const given = tensors[`weight.${name}`];
        if (given !== undefined) tf.tidy(() => variable.assign(uploadTensor(given)));
      }
      return { encoder, tensors };
    }

    function gradients(encoder: ItemEncoder, tensors: Readonly<Record<string, HostTensor>>) {
      const input = inputOf(tensors.tokenIds!, tensors.lengths!.data as Int32Array);
      const recorded = recordPass(() => encoder.encode(input, passOf([0, 1, 2, 3, 4])));
      const found = recorded.pullBack(recorded.value, uploadTensor(tensors.cotangent!), encoder.weights.map(({ variable }) => variable));
      return { output: recorded.value, gradients: new Map(encoder.weights.map(({ name }, index) => [name, found[index]])) };
    }

    it("is PyTorch's in float64 within 1e-5 of the whole gradient's norm", async () => {
      const { encoder, tensors } = await oracle();
      const { output, gradients: found } = gradients(encoder, tensors);
      expect(largestDifference(output.dataSync(), tensors[`${pooling}.output`]!.data)).toBeLessThan(1e-5);
      const expected = new Map(encoder.weights.map(({ name }) => [name, tensors[`${pooling}.gradient.${name}`]!.data]));
      const norm = Math.sqrt([...expected.values()].reduce((sum, values) => sum + squares(values), 0));
      expect(norm).toBeGreaterThan(1);
      for (const [name, values] of expected) {
        const actual = found.get(name)!.dataSync();
        const difference = Math.sqrt(squares(Array.from(actual, (value, index) => value - values[index]!)));
        expect({ name, close: difference / norm < 1e-5 }).toEqual({ name, close: true });
      }
    });

    it('is the slope of the output along it, by finite differences', async () => {
      const { encoder, tensors } = await oracle();
      const { gradients: found } = gradients(encoder, tensors);
      const objective = () => tf.tidy(() => {
        const input = inputOf(tensors.tokenIds!, tensors.lengths!.data as Int32Array);
        return tf.sum(tf.mul(encoder.encode(input, passOf([0, 1, 2, 3, 4])), uploadTensor(tensors.cotangent!))).dataSync()[0]!;
      });
      for (const { name, variable } of encoder.weights) {
        const gradient = found.get(name)!;
        const norm = Math.sqrt(squares(gradient.dataSync()));
        if (norm < 1e-3) continue; // the softmax takes no notice of the keys' bias
        const start = tf.clone(variable as tf.Tensor);
        const at = (step: number) => {
          tf.tidy(() => variable.assign(tf.add(start, tf.mul(gradient, step / norm))));
          return objective();
        };
        const step = 2e-3;
        const slope = (at(step) - at(-step)) / (2 * step);
        tf.tidy(() => variable.assign(start));
        expect({ name, error: Math.abs(slope - norm) < 0.01 * norm + 2e-3 }).toEqual({ name, error: true });
      }
    });
  });

  describe.each(poolings)('padding under %s pooling', (pooling) => {
    it('has no influence: neither its length nor the word that stands there', async () => {
      const encoder = await create({ pooling });
      const short = encode(encoder, words, passOf([0, 1, 2]));
      const long = encode(encoder, words, passOf([0, 1, 2]), 12, 33);
      const alone = words.map((row, index) => encode(encoder, [row], passOf([index]))[0]!);
      short.forEach((encoding, item) => {
        expect(largestDifference(encoding, long[item]!)).toBeLessThan(2e-6);
        expect(largestDifference(encoding, alone[item]!)).toBeLessThan(2e-6);
      });
    });
  });

  describe('dropout', () => {
    it("gives an item the same masks in any mini-batch, at any padding, by seed and mask row alone", async () => {
      const encoder = await create({ dropout: 0.3, pooling: 'attention' });
      expect(encoder.drawsMasks).toBe(true);
      const [first, second, third] = encode(encoder, words, passOf([4, 9, 2]));
      const elsewhere = encode(encoder, [words[2]!, [12, 13], words[0]!, words[1]!], passOf([2, 5, 4, 9]), 11);
      expect(largestDifference(elsewhere[2]!, first!)).toBeLessThan(2e-6);
      expect(largestDifference(elsewhere[3]!, second!)).toBeLessThan(2e-6);
      expect(largestDifference(elsewhere[0]!, third!)).toBeLessThan(2e-6);
    });

    it('repeats with the seed, differs with another seed or mask row, and is off outside training', async () => {
      const encoder = await create({ dropout: 0.3 });
      const rows = [words[0]!, words[0]!];
      const [one, other] = encode(encoder, rows, passOf([0, 1], 5));
      expect(encode(encoder, rows, passOf([0, 1], 5))).toEqual([one, other]);
      expect(largestDifference(one!, other!)).toBeGreaterThan(1e-2);
      expect(largestDifference(one!, encode(encoder, rows, passOf([0, 1], 6))[0]!)).toBeGreaterThan(1e-2);
      const off = encode(encoder, rows, passOf([0, 1], 5, false));
      expect(largestDifference(off[0]!, off[1]!)).toBeLessThan(2e-6);
      expect(off).toEqual(encode(await create(), rows, passOf([0, 1])));
    });

    it('has the gradient of its own masks, by finite differences', async () => {
      const encoder = await create({ dropout: 0.3 });
      const input = padded(words);
      const pass = passOf([0, 1, 2], 3);
      const { variable } = encoder.weights.find(({ name }) => name === 'encoder.layer.0.attention.self.value.weight')!;
      const recorded = recordPass(() => encoder.encode(input, pass));
      const cotangent = tf.randomNormal([3, 16], 0, 1, 'float32', 4) as Tensor2D;
      const gradient = recorded.pullBack(recorded.value, cotangent, [variable])[0]!;
      const norm = Math.sqrt(squares(gradient.dataSync()));
      const start = tf.clone(variable as tf.Tensor);
      const at = (step: number) => tf.tidy(() => {
        variable.assign(tf.add(start, tf.mul(gradient, step / norm)));
        return tf.sum(tf.mul(encoder.encode(input, pass), cotangent)).dataSync()[0]!;
      });
      expect(Math.abs((at(2e-3) - at(-2e-3)) / 4e-3 - norm)).toBeLessThan(0.01 * norm);
    });
  });

  describe('freezing', () => {
    it('takes the gradient from embeddings and first layers, and leaves the others as they are', async () => {
      const pull = (encoder: ItemEncoder) => {
        const trainable = encoder.weights.filter((weight) => weight.trainable);
        const recorded = recordPass(() => encoder.encode(padded(words), passOf([0, 1, 2])));
        const found = recorded.pullBack(recorded.value, tf.ones([3, 16]), encoder.weights.map(({ variable }) => variable));
        return { trainable: trainable.map(({ name }) => name), found: new Map(encoder.weights.map(({ name }, index) => [name, found[index]?.dataSync()])) };
      };
      const all = pull(await create());
      const some = pull(await create({ freezeEmbeddings: true, freezeLayers: 1 }));
      expect(some.trainable).toEqual(all.trainable.filter((name) => name.startsWith('encoder.layer.1.')));
      for (const [name, gradient] of some.found) {
        if (some.trainable.includes(name)) expect(largestDifference(gradient!, all.found.get(name)!)).toBeLessThan(1e-6);
        else expect({ name, gradient }).toEqual({ name, gradient: undefined });
      }
    });

    it('of layers alone marks their weights and still trains the embeddings', async () => {
      const encoder = await create({ freezeLayers: 2 });
      expect(encoder.weights.filter(({ trainable }) => trainable).every(({ name }) => name.startsWith('embeddings.'))).toBe(true);
      const embedding = encoder.weights[0]!;
      const recorded = recordPass(() => encoder.encode(padded(words), passOf([0, 1, 2])));
      const [gradient] = recorded.pullBack(recorded.value, tf.ones([3, 16]), [embedding.variable]);
      expect(squares(gradient!.dataSync())).toBeGreaterThan(0);
    });

    it('of everything keeps next to nothing for a gradient', async () => {
      const input = padded(words);
      const pass = passOf([0, 1, 2]);
      const kept = (encoder: ItemEncoder) => {
        const before = tf.memory().numTensors;
        const recorded = recordPass(() => encoder.encode(input, pass));
        const tensors = tf.memory().numTensors - before;
        tf.dispose(recorded.value);
        recorded.dispose();
        expect(tf.memory().numTensors).toBe(before);
        return tensors;
      };
      const frozen = await create({ freezeEmbeddings: true, freezeLayers: 2 });
      const trained = await create();
      expect(kept(frozen)).toBeLessThan(kept(trained) / 3);
    });

    it('refuses more layers than there are', async () => {
      await expect(create({ freezeLayers: 3 })).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { field: 'freezeLayers' } });
    });
  });

  describe('memory', () => {
    it('stays flat over 50 forward and backward passes, and dispose frees everything, twice in a row', async () => {
      const start = tf.memory().numTensors;
      const encoder = await createBertEncoder(tinyFolder, { ...plain, pooling: 'attention', dropout: 0.1 });
      const variables = encoder.weights.map(({ variable }) => variable);
      const step = (number: number) => tf.tidy(() => {
        const recorded = recordPass(() => encoder.encode(padded(words), passOf([0, 1, 2], number)));
        recorded.pullBack(recorded.value, tf.ones([3, 16]), variables);
      });
      step(0);
      const before = tf.memory();
      for (let number = 1; number <= 50; number++) step(number);
      expect(tf.memory().numTensors).toBe(before.numTensors);
      expect(tf.memory().numBytes).toBe(before.numBytes);
      encoder.dispose();
      encoder.dispose();
      expect(tf.memory().numTensors).toBe(start);
    });
  });
});

describe('the two layouts', () => {
  it.each(poolings)('give the same encodings and gradients, under dropout too: the masks are the same (%s)', async (pooling) => {
    const encoder = await create({ pooling, dropout: 0.3 });
    const variables = encoder.weights.map(({ variable }) => variable);
    const [packedOne, paddedOne] = layouts.map((chosen) => {
      layout = chosen;
      const recorded = recordPass(() => encoder.encode(padded(words), passOf([4, 9, 2], 3)));
      const gradients = recorded.pullBack(recorded.value, tf.ones([3, 16]), variables);
      return [recorded.value as tf.Tensor, ...gradients].map((tensor) => Array.from(tensor?.dataSync() ?? []));
    });
    packedOne!.forEach((values, index) => expect(largestDifference(values, paddedOne![index]!)).toBeLessThan(2e-5));
  });
});

describe('weights', () => {
  it('carry Hugging Face names, and those of additive attention follow the seed', async () => {
    const encoder = await create({ pooling: 'attention', attentionWidth: 9 });
    const query = encoder.weights.find(({ name }) => name === 'pooling.query')!;
    expect(encoder.weights.map(({ name }) => name)).toContain('encoder.layer.1.attention.output.LayerNorm.weight');
    expect(query.variable.shape).toEqual([9]);
    const values = async (seed: number) =>
      [...(await create({ pooling: 'attention', attentionWidth: 9, initializerSeed: seed })).weights.at(-1)!.variable.dataSync()];
    expect(await values(7)).toEqual([...query.variable.dataSync()]);
    expect(await values(8)).not.toEqual([...query.variable.dataSync()]);
  });
});

describe('a row longer than the positions', () => {
  it('is refused with the way out', async () => {
    const encoder = await create();
    layout = 'padded';
    expect(() => encode(encoder, [Array<number>(13).fill(1)], passOf([0]))).toThrow(expect.objectContaining({
      code: 'DATA_MISMATCH', message: expect.stringContaining('13 tokens'), details: expect.objectContaining({ field: 'maxLength', fix: expect.stringContaining('12') }),
    }));
  });
});
