import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { codeOf, encodingsOf, expectOracle, lossAndGradients, passOf, recordedTensor, relativeError, takeWeights, trainedWeights, valuesOf } from '@gramkit/model-testing';
import type { DeviceBatch, Pass } from '@gramkit/spec';
import { Adam, adamOptions, applyGradients, randomSource, rowGradients } from '@gramkit/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import oracle from './__fixtures__/dkt.json' with { type: 'json' };
import { Dkt } from './dkt.js';
import plugin, { dktOptions } from './index.js';

function batchOf(items: readonly (readonly number[])[], responses: readonly (readonly number[])[]): DeviceBatch {
  const shape: [number, number] = [items.length, items[0]!.length];
  return {
    references: { items: tf.tensor2d(items.flat(), shape, 'int32') },
    fields: { responses: tf.tensor2d(responses.flat(), shape), lengths: tf.tensor1d(items.map((row) => row.filter((item) => item >= 0).length), 'int32') },
  };
}

const small = (options: object = {}): Dkt => new Dkt(4, 7, dktOptions.parse({ hidden: 5, ...options }));
const ragged = { items: [[0, 2, 1, 2], [3, 0, -1, -1], [1, 1, 0, -1]], responses: [[1, 0, 1, 1], [0, 1, 0, 0], [1, 1, 0, 0]] };

describe('Dkt', () => {
  beforeAll(async () => void (await loadEngine()));

  describe.each(Object.entries(oracle.cases))("beside PyTorch's float64: %s", (_, recorded) => {
    const setUp = () => {
      const model = new Dkt(recorded.dimension, 1, dktOptions.parse(recorded.options));
      takeWeights(model, recorded);
      return { model, encodings: recordedTensor(recorded.encodings) as Tensor2D, batch: batchOf(recorded.items, recorded.responses) };
    };

    it('has its loss and the gradients of the item encodings and of every weight', () => {
      const { model, batch } = setUp();
      expectOracle(model, batch, recorded);
    });

    it('has its predictions', () => {
      const { model, encodings, batch } = setUp();
      const { scores, labels, valid, references } = model.score(encodings, batch);
      const [rows, positions] = [recorded.items.length, recorded.items[0]!.length - 1];
      for (const tensor of [scores, labels, valid, references]) expect(tensor.shape).toEqual([rows, positions]);
      const mask = recorded.items.map((items) => items.slice(1).map((item) => (item >= 0 ? 1 : 0)));
      expect(valuesOf(valid)).toEqual(mask.flat());
      expect(valuesOf(labels)).toEqual(recorded.responses.map((responses) => responses.slice(1)).flat());
      expect(valuesOf(references)).toEqual(recorded.items.map((items) => items.slice(1)).flat());
      valuesOf(scores).forEach((score, index) => {
        if (mask.flat()[index] === 1) expect(Math.abs(score - recorded.logits.values[index]!)).toBeLessThan(1e-6);
      });
    });
  });

  it('takes nothing from padding: neither loss nor a gradient', () => {
    const model = small();
    const encodings = encodingsOf(4, 4);
    const padded = batchOf(ragged.items.map((row) => [...row, -1, -1]), ragged.responses.map((row) => [...row, 1, 1]));
    const plain = batchOf(ragged.items, ragged.responses);
    const [more, less] = [padded, plain].map((batch) => lossAndGradients(model, encodings, batch));
    expect(more!.loss).toBeCloseTo(less!.loss, 6);
    expect(relativeError(more!.gradients, less!.gradients)).toBeLessThan(1e-6);
    expect(model.loss(encodings, padded, passOf(true)).count.dataSync()[0]).toBe(3 + 1 + 2);
    // A sequence alone, unpadded, is predicted as within the batch.
    const alone = model.score(encodings, batchOf([[3, 0]], [[0, 1]]));
    expect(valuesOf(model.score(encodings, padded).scores)[5]).toBeCloseTo(valuesOf(alone.scores)[0]!, 6);
  });

  it('predicts from the past alone: later items and responses, and the predicted response, change nothing', () => {
    const model = small();
    const encodings = encodingsOf(4, 4);
    const scoresOf = (items: number[], responses: number[]): number[] => valuesOf(model.score(encodings, batchOf([items], [responses])).scores);
    const base = scoresOf([0, 1, 2, 3, 1], [1, 0, 1, 0, 1]);
    for (let position = 1; position < 5; position++) {
      const flipped = [1, 0, 1, 0, 1].map((response, index) => (index >= position ? 1 - response : response));
      const items = [0, 1, 2, 3, 1].map((item, index) => (index > position ? (item + 1) % 4 : item));
      const changed = scoresOf(items, flipped);
      // Scores 0..position-1 predict positions 1..position.
      expect(changed.slice(0, position)).toEqual(base.slice(0, position));
      if (position < 4) expect(changed[position]).not.toBe(base[position]);
    }
    // It does see the last response and the item that it predicts.
    expect(scoresOf([0, 1], [0, 0])[0]).not.toBe(scoresOf([0, 1], [1, 0])[0]);
    expect(scoresOf([0, 1], [0, 0])[0]).not.toBe(scoresOf([0, 2], [0, 0])[0]);
  });

  it('takes several windows in a row as it takes each in a row of its own', () => {
    const model = small();
    const encodings = encodingsOf(4, 4);
    const ownRows = batchOf([[0, 1, 2, 3, 1], [3, 2, -1, -1, -1], [1, 0, 2, -1, -1]], [[1, 0, 1, 1, 0], [0, 1, 0, 0, 0], [1, 1, 0, 0, 0]]);
    const shared = batchOf([[0, 1, 2, 3, 1, -1], [3, 2, 1, 0, 2, -1]], [[1, 0, 1, 1, 0, 0], [0, 1, 1, 1, 0, 0]]);
    const starts = tf.tensor2d([[1, 0, 0, 0, 0, 0], [1, 0, 1, 0, 0, 0]]);
    const sharedRows = { ...shared, fields: { ...shared.fields, starts } };
    const [expected, found] = [ownRows, sharedRows].map((batch) => rowGradients(model, encodings, batch, passOf(true)));
    expect(found!.count.dataSync()[0]).toBe(7);
    expect(found!.loss.dataSync()[0]).toBeCloseTo(expected!.loss.dataSync()[0]!, 6);
    expect(relativeError({ rows: found!.rows }, { rows: expected!.rows })).toBeLessThan(1e-5);
    expect(relativeError(found!.weights as Record<string, Tensor>, expected!.weights as Record<string, Tensor>)).toBeLessThan(1e-5);
    const scored = (batch: DeviceBatch) => {
      const { scores, valid } = model.score(encodings, batch);
      return valuesOf(scores).filter((_, index) => valuesOf(valid)[index] === 1);
    };
    scored(sharedRows).forEach((score, index) => expect(score).toBeCloseTo(scored(ownRows)[index]!, 5));
  });

  it('reads history that does not count and leaves its predictions out of loss, count and gradients', () => {
    const model = small();
    const encodings = encodingsOf(4, 4);
    const plain = batchOf([[0, 1, 2, 3, 1, 0], [3, 2, 1, 0, -1, -1]], [[1, 0, 1, 1, 0, 1], [0, 1, 1, 1, 0, 0]]);
    const starts = tf.tensor2d([[1, 0, 0, 1, 0, 0], [1, 0, 0, 0, 0, 0]]);
    const inRows: DeviceBatch = { ...plain, fields: { ...plain.fields, starts } };
    const countingOnly = (counted: number[][]): DeviceBatch => ({ ...inRows, fields: { ...inRows.fields, counted: tf.tensor2d(counted) } });
    const some = countingOnly([[0, 0, 1, 1, 0, 1], [0, 0, 0, 1, 1, 1]]);
    const others = countingOnly([[1, 1, 0, 0, 1, 0], [1, 1, 1, 0, 0, 0]]);
    const scored = model.score(encodings, some);
    // Position 3 of the first row begins a window; the last two of the second are padding.
    const counts = [0, 1, 0, 0, 1, 0, 0, 1, 0, 0];
    expect(valuesOf(scored.valid)).toEqual(counts);
    expect(valuesOf(scored.scores)).toEqual(valuesOf(model.score(encodings, inRows).scores));
    const labels = valuesOf(scored.labels);
    const losses = valuesOf(scored.scores).map((score, index) => Math.log1p(Math.exp(labels[index] === 1 ? -score : score)));
    const found = rowGradients(model, encodings, some, passOf(true));
    expect(found.count.dataSync()[0]).toBe(3);
    expect(found.loss.dataSync()[0]).toBeCloseTo(losses.reduce((sum, loss, index) => sum + loss * counts[index]!, 0) / 3, 6);
    // What counts and what does not make up the whole.
    const [rest, whole] = [others, inRows].map((batch) => rowGradients(model, encodings, batch, passOf(true)));
    expect([rest!.count.dataSync()[0], whole!.count.dataSync()[0]]).toEqual([4, 7]);
    const summed = tf.div(tf.add(tf.mul(found.rows, 3), tf.mul(rest!.rows, 4)), 7);
    expect(relativeError({ rows: summed }, { rows: whole!.rows })).toBeLessThan(1e-5);
  });

  it('takes a batch of one pair', () => {
    const { loss, gradients } = lossAndGradients(small(), encodingsOf(2, 4), batchOf([[0, 1]], [[1, 0]]));
    expect(Number.isFinite(loss)).toBe(true);
    expect(valuesOf(gradients.encodings!).every((value) => value !== 0)).toBe(true);
  });

  it('gives the loss of rows that are listed more than once, with their gradients shared out', () => {
    const model = small();
    const encodings = encodingsOf(4, 4);
    const unique = lossAndGradients(model, encodings, batchOf(ragged.items, ragged.responses));
    const occurrences = ragged.items.flat().filter((item) => item >= 0);
    let next = 0;
    const repointed = ragged.items.map((row) => row.map((item) => (item < 0 ? -1 : next++)));
    const repeated = lossAndGradients(model, tf.gather(encodings, tf.tensor1d(occurrences, 'int32')), batchOf(repointed, ragged.responses));
    expect(repeated.loss).toBeCloseTo(unique.loss, 6);
    const summed = tf.unsortedSegmentSum(repeated.gradients.encodings as Tensor2D, tf.tensor1d(occurrences, 'int32'), 4);
    expect(relativeError({ ...repeated.gradients, encodings: summed }, unique.gradients)).toBeLessThan(2e-6);
  });

  it('drops between layers in training only, by the seed of the pass', () => {
    const model = small({ dropout: 0.5, layers: 3 });
    const encodings = encodingsOf(4, 4);
    const batch = batchOf(ragged.items, ragged.responses);
    const scores = (pass: Pass): number[] => valuesOf(model.loss(encodings, batch, pass).scores);
    expect(scores(passOf(true, 1))).toEqual(scores(passOf(true, 1)));
    expect(scores(passOf(true, 1))).not.toEqual(scores(passOf(true, 2)));
    expect(scores(passOf(false, 1))).toEqual(valuesOf(model.score(encodings, batch).scores));
    expect(scores(passOf(true, 1))).not.toEqual(scores(passOf(false, 1)));
    // Longer padding gives no other masks.
    const padded = batchOf(ragged.items.map((row) => [...row, -1]), ragged.responses.map((row) => [...row, 0]));
    expect(model.loss(encodings, padded, passOf(true, 1)).loss.dataSync()[0]).toBeCloseTo(model.loss(encodings, batch, passOf(true, 1)).loss.dataSync()[0], 6);
  });

  it('starts from the same weights bit for bit for a seed, distributed as in PyTorch', () => {
    const [one, same, other] = [7, 7, 8].map((seed) => new Dkt(32, seed, dktOptions.parse({ hidden: 64 })).weights);
    one!.forEach(({ variable }, index) => expect(valuesOf(variable)).toEqual(valuesOf(same![index]!.variable)));
    one!.forEach(({ variable, name }, index) => expect(valuesOf(variable), name).not.toEqual(valuesOf(other![index]!.variable)));
    const largest = (name: string): number => Math.max(...valuesOf(one!.find((weight) => weight.name === name)!.variable).map(Math.abs));
    expect(largest('lstm.0.inputWeights') * 8).toBeCloseTo(1, 2);
    expect(largest('lstm.1.recurrentWeights') * 8).toBeCloseTo(1, 2);
    expect(largest('fc1.itemWeights') * Math.sqrt(96)).toBeCloseTo(1, 2);
  });

  it('takes the length of an item encoding for its hidden size where none is given', () => {
    const model = new Dkt(6, 1, dktOptions.parse({}));
    expect(model.weights.find(({ name }) => name === 'lstm.1.recurrentWeights')!.variable.shape).toEqual([6, 24]);
  });

  it('learns what its history tells', () => {
    const model = new Dkt(4, 5, dktOptions.parse({ hidden: 8, layers: 1 }));
    const optimizer = new Adam(model.weights, adamOptions.parse({ learningRate: 0.02 }));
    const encodings = encodingsOf(3, 4);
    // Whoever starts right goes on right.
    const batch = batchOf([[0, 1, 2, 0], [0, 1, 2, 0], [1, 2, 0, -1]], [[1, 1, 1, 1], [0, 0, 0, 0], [1, 1, 1, 0]]);
    const lossNow = (): number => model.loss(encodings, batch, passOf(true)).loss.dataSync()[0];
    const before = lossNow();
    for (let step = 0; step < 60; step++) tf.tidy(() => applyGradients(optimizer, rowGradients(model, encodings, batch, passOf(true)).weights, model.weights));
    expect(before).toBeGreaterThan(0.4);
    expect(lossNow()).toBeLessThan(0.1);
  });

  it('trains to the same weights bit for bit, also where several threads compute', () => {
    const [rows, length, users] = [40, 40, 32];
    const draw = randomSource(21);
    const table = (below: number): number[][] => Array.from({ length: users }, () => Array.from({ length }, () => Math.floor(draw.uniform() * below)));
    const [items, responses] = [table(rows), table(2)];
    const train = (): number[][] => trainedWeights(() => new Dkt(96, 5, dktOptions.parse({ dropout: 0.3 })), encodingsOf(rows, 96), batchOf(items, responses));
    expect(train()).toEqual(train());
  });

  it('refuses batches that it cannot read', () => {
    const model = small();
    const encodings = encodingsOf(4, 4);
    const good = batchOf(ragged.items, ragged.responses);
    const score = (batch: DeviceBatch) => () => model.score(encodings, batch);
    expect(codeOf(score({ ...good, references: {} }))).toBe('DATA_MISMATCH');
    expect(codeOf(score({ ...good, fields: {} }))).toBe('DATA_MISMATCH');
    expect(codeOf(score({ ...good, fields: { responses: tf.zeros([3, 3]) } }))).toBe('DATA_MISMATCH');
    expect(codeOf(score({ ...good, fields: { responses: tf.zeros([12]) } }))).toBe('DATA_MISMATCH');
    expect(codeOf(score(batchOf([[0]], [[1]])))).toBe('DATA_MISMATCH');
    expect(codeOf(() => model.score(encodingsOf(4, 5), good))).toBe('PLUGIN_MISMATCH');
  });
});

describe('the plugin', () => {
  beforeAll(async () => void (await loadEngine()));

  it('makes the model and refuses unknown options', async () => {
    const model = await plugin.create({ options: dktOptions.parse({ hidden: 3, layers: 1 }), dimension: 4, seed: 1 });
    expect([model.kind, model.name, model.task]).toEqual(['model', 'dkt', 'knowledge-tracing']);
    expect(model.weights).toHaveLength(10);
    expect(dktOptions.safeParse({ units: 3 }).success).toBe(false);
    expect(dktOptions.safeParse({ dropout: 1 }).success).toBe(false);
    expect(dktOptions.safeParse({ layers: 0 }).success).toBe(false);
    expect(dktOptions.parse({})).toEqual({ layers: 2, dropout: 0 });
  });
});
