import * as tf from '@tensorflow/tfjs-core';
import { loadEngine, type TensorFlowEngine } from '@gramkit/engine-tensorflow';
import { codeOf, encodingsOf, expectOracle, expectSameCompiled, lossAndGradients, passOf, recordedTensor, relativeError, takeWeights, trainedWeights, valuesOf } from '@gramkit/model-testing';
import type { Batch, DeviceBatch, Pass } from '@gramkit/spec';
import { Adam, adamOptions, applyGradients, randomSource, rowGradients, uploadBatch } from '@gramkit/tensor';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import oracle from './__fixtures__/sakt.json' with { type: 'json' };
import plugin, { Sakt, saktOptions } from './index.js';

type Rows = readonly (readonly number[])[];
type Laid = { readonly items: Rows; readonly responses: Rows; readonly starts?: Rows; readonly counted?: Rows };

function hostBatch({ items, ...fields }: Laid): Pick<Batch, 'references' | 'fields'> {
  const shape = [items.length, items[0]!.length];
  const floats = Object.entries(fields).map(([name, rows]) => [name, { dtype: 'float32' as const, shape, data: Float32Array.from((rows as Rows).flat()) }] as const);
  return { references: { items: { dtype: 'int32', shape, data: Int32Array.from(items.flat()) } }, fields: Object.fromEntries(floats) };
}
const batchOf = (laid: Laid): DeviceBatch => uploadBatch(hostBatch(laid));

const small = (options: object = {}): Sakt => new Sakt(4, 7, saktOptions.parse({ heads: 2, maximumLength: 8, ...options }));
const ragged: Laid = { items: [[0, 2, 1, 2], [3, 0, -1, -1], [1, 1, 0, -1]], responses: [[1, 0, 1, 1], [0, 1, 0, 0], [1, 1, 0, 0]] };
const ownRows: Laid = { items: [[0, 1, 2, 3, 1], [3, 2, -1, -1, -1], [1, 0, 2, -1, -1]], responses: [[1, 0, 1, 1, 0], [0, 1, 0, 0, 0], [1, 1, 0, 0, 0]] };
/** The same windows, two of them in one row. */
const shared: Laid = {
  items: [[0, 1, 2, 3, 1, -1], [3, 2, 1, 0, 2, -1]], responses: [[1, 0, 1, 1, 0, 0], [0, 1, 1, 1, 0, 0]], starts: [[1, 0, 0, 0, 0, 0], [1, 0, 1, 0, 0, 0]],
};
const extended = (rows: Rows, ...more: number[]): Rows => rows.map((row) => [...row, ...more]);

let engine: TensorFlowEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

describe('Sakt', () => {
  describe.each(Object.entries(oracle.cases))("beside PyTorch's float64: %s", (_, recorded) => {
    const setUp = () => {
      const model = new Sakt(recorded.dimension, 1, saktOptions.parse(recorded.options));
      takeWeights(model, recorded);
      return { model, encodings: recordedTensor(recorded.encodings) as Tensor2D, batch: batchOf(recorded.batch) };
    };

    it('has its loss and the gradients of the item encodings and of every weight', () => {
      const { model, encodings, batch } = setUp();
      expectOracle(model, batch, recorded);
      expect(lossAndGradients(model, encodings, batch).count).toBe(recorded.count);
    });

    it('has its predictions', () => {
      const { model, encodings, batch } = setUp();
      const { items, responses, ...laid } = recorded.batch;
      const starts = (laid as Partial<Laid>).starts;
      const found = model.score(encodings, batch);
      for (const tensor of Object.values(found) as tf.Tensor[]) expect(tensor.shape).toEqual([items.length, items[0]!.length - 1]);
      expect(valuesOf(found.labels)).toEqual(responses.map((row) => row.slice(1)).flat());
      expect(valuesOf(found.references)).toEqual(items.map((row) => row.slice(1)).flat());
      const predicted = items.map((row, index) => row.map((item, place) => place > 0 && item >= 0 && starts?.[index]![place] !== 1).slice(1)).flat();
      const logits = recorded.logits.flat();
      const scores = valuesOf(found.scores).filter((_, index) => predicted[index]);
      expect(scores).toHaveLength(logits.length);
      scores.forEach((score, index) => expect(Math.abs(score - logits[index]!)).toBeLessThan(3e-6));
    });
  });

  it.each([['windows', ragged, 0], ['rows', shared, 0], ['rows and dropout', shared, 0.3], ['history only', { ...shared, counted: shared.starts!.map((row) => row.map((start) => 1 - start)) }, 0]] as const)(
    'has the same loss and gradients compiled: %s', (_, batch, dropout) => expectSameCompiled(engine, small({ dropout }), encodingsOf(4, 4), hostBatch(batch)),
  );

  it('takes nothing from padding: neither loss nor a gradient', () => {
    const model = small();
    const encodings = encodingsOf(4, 4);
    const padded = batchOf({ items: extended(ragged.items, -1, -1), responses: extended(ragged.responses, 1, 1) });
    const [more, less] = [padded, batchOf(ragged)].map((batch) => lossAndGradients(model, encodings, batch));
    expect(more!.loss).toBeCloseTo(less!.loss, 6);
    expect(relativeError(more!.gradients, less!.gradients)).toBeLessThan(1e-6);
    expect(more!.count).toBe(3 + 1 + 2);
    // A row of padding alone adds nothing either.
    const emptyRow = batchOf({ items: [...shared.items, [-1, -1, -1, -1, -1, -1]], responses: [...shared.responses, [0, 0, 0, 0, 0, 0]], starts: [...shared.starts!, [0, 0, 0, 0, 0, 0]] });
    const [with_, without] = [emptyRow, batchOf(shared)].map((batch) => lossAndGradients(model, encodings, batch));
    expect(with_!.loss).toBeCloseTo(without!.loss, 6);
    expect(relativeError(with_!.gradients, without!.gradients)).toBeLessThan(1e-6);
    // A sequence alone, unpadded, is predicted as within the batch.
    const alone = model.score(encodings, batchOf({ items: [[3, 0]], responses: [[0, 1]] }));
    expect(valuesOf(model.score(encodings, padded).scores)[5]).toBeCloseTo(valuesOf(alone.scores)[0]!, 5);
  });

  it('predicts from the past alone: later items and responses, and the predicted response, change nothing', () => {
    const model = small();
    const encodings = encodingsOf(4, 4);
    const scoresOf = (items: number[], responses: number[]): number[] => valuesOf(model.score(encodings, batchOf({ items: [items], responses: [responses] })).scores);
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

  it('tells positions of the past apart', () => {
    const model = small();
    const lastOf = (items: number[], responses: number[]): number => valuesOf(model.score(encodingsOf(4, 4), batchOf({ items: [items], responses: [responses] })).scores).at(-1)!;
    expect(Math.abs(lastOf([0, 1, 2], [1, 0, 0]) - lastOf([1, 0, 2], [0, 1, 0]))).toBeGreaterThan(1e-4);
  });

  it('takes several windows in a row as it takes each in a row of its own', () => {
    const model = small();
    const encodings = encodingsOf(4, 4);
    const [expected, found] = [ownRows, shared].map((batch) => lossAndGradients(model, encodings, batchOf(batch)));
    expect(found!.count).toBe(7);
    expect(found!.loss).toBeCloseTo(expected!.loss, 6);
    expect(relativeError(found!.gradients, expected!.gradients)).toBeLessThan(1e-5);
    const scored = (batch: Laid) => {
      const { scores, valid } = model.score(encodings, batchOf(batch));
      return valuesOf(scores).filter((_, index) => valuesOf(valid)[index] === 1);
    };
    scored(shared).forEach((score, index) => expect(score).toBeCloseTo(scored(ownRows)[index]!, 5));
  });

  it('neither trains on nor counts a prediction of what is history only, but reads it', () => {
    const model = small();
    const encodings = encodingsOf(4, 4);
    const counted = [[1, 1, 0, 1], [1, 1, 1, 1], [1, 0, 0, 1]];
    const { count, loss } = lossAndGradients(model, encodings, batchOf({ ...ragged, counted }));
    expect(count).toBe(3);
    const { scores, labels, valid } = model.score(encodings, batchOf({ ...ragged, counted }));
    expect(valuesOf(valid)).toEqual([1, 0, 1, 1, 0, 0, 0, 0, 0]);
    const [scored, labelled] = [valuesOf(scores), valuesOf(labels)];
    const each = [0, 2, 3].map((index) => Math.log1p(Math.exp(labelled[index] === 1 ? -scored[index]! : scored[index]!)));
    expect(loss).toBeCloseTo(each.reduce((sum, value) => sum + value, 0) / 3, 5);
    expect(scored).toEqual(valuesOf(model.score(encodings, batchOf(ragged)).scores));
  });

  it('gives the loss of rows that are listed more than once, with their gradients shared out', () => {
    const model = small();
    const encodings = encodingsOf(4, 4);
    const unique = lossAndGradients(model, encodings, batchOf(ragged));
    const occurrences = ragged.items.flat().filter((item) => item >= 0);
    let next = 0;
    const repointed = ragged.items.map((row) => row.map((item) => (item < 0 ? -1 : next++)));
    const at = tf.tensor1d(occurrences, 'int32');
    const repeated = lossAndGradients(model, tf.gather(encodings, at), batchOf({ ...ragged, items: repointed }));
    expect(repeated.loss).toBeCloseTo(unique.loss, 6);
    const summed = tf.unsortedSegmentSum(repeated.gradients.encodings as Tensor2D, at, 4);
    expect(relativeError({ ...repeated.gradients, encodings: summed }, unique.gradients)).toBeLessThan(5e-6);
  });

  it('drops in training only, by the seed of the pass, whatever the padding', () => {
    const model = small({ dropout: 0.5 });
    const encodings = encodingsOf(4, 4);
    const batch = batchOf(ragged);
    const scores = (pass: Pass): number[] => valuesOf(model.loss(encodings, batch, pass).scores);
    expect(scores(passOf(true, 1))).toEqual(scores(passOf(true, 1)));
    expect(scores(passOf(true, 1))).not.toEqual(scores(passOf(true, 2)));
    expect(scores(passOf(false, 1))).toEqual(valuesOf(model.score(encodings, batch).scores));
    expect(scores(passOf(true, 1))).not.toEqual(scores(passOf(false, 1)));
    const padded = batchOf({ items: extended(ragged.items, -1), responses: extended(ragged.responses, 0) });
    expect(model.loss(encodings, padded, passOf(true, 1)).loss.dataSync()[0]).toBeCloseTo(model.loss(encodings, batch, passOf(true, 1)).loss.dataSync()[0], 6);
  });

  it('starts from the same weights bit for bit for a seed, distributed as in PyTorch', () => {
    const [one, same, other] = [7, 7, 8].map((seed) => new Sakt(64, seed, saktOptions.parse({})).weights);
    one!.forEach(({ variable }, index) => expect(valuesOf(variable)).toEqual(valuesOf(same![index]!.variable)));
    one!.forEach(({ variable, name }, index) => {
      if (!name.includes('Norm')) expect(valuesOf(variable), name).not.toEqual(valuesOf(other![index]!.variable));
    });
    const valuesNamed = (name: string): number[] => valuesOf(one!.find((weight) => weight.name === name)!.variable);
    expect(Math.max(...valuesNamed('attention.key.weight').map(Math.abs)) * 8).toBeCloseTo(1, 2);
    expect(Math.max(...valuesNamed('feedForward.outer.weight').map(Math.abs)) * 8).toBeCloseTo(1, 2);
    const positions = valuesNamed('positions');
    expect(positions).toHaveLength(512 * 64);
    expect(Math.sqrt(positions.reduce((sum, value) => sum + value * value, 0) / positions.length)).toBeCloseTo(1, 1);
  });

  it('learns what its history tells', () => {
    const model = new Sakt(4, 5, saktOptions.parse({ heads: 1, maximumLength: 4 }));
    const optimizer = new Adam(model.weights, adamOptions.parse({ learningRate: 0.02 }));
    const encodings = encodingsOf(3, 4);
    // Whoever starts right goes on right.
    const batch = batchOf({ items: [[0, 1, 2, 0], [0, 1, 2, 0], [1, 2, 0, -1]], responses: [[1, 1, 1, 1], [0, 0, 0, 0], [1, 1, 1, 0]] });
    const lossNow = (): number => model.loss(encodings, batch, passOf(true)).loss.dataSync()[0];
    const before = lossNow();
    for (let step = 0; step < 60; step++) tf.tidy(() => applyGradients(optimizer, rowGradients(model, encodings, batch, passOf(true)).weights, model.weights));
    expect(before).toBeGreaterThan(0.4);
    expect(lossNow()).toBeLessThan(0.1);
  });

  it('trains to the same weights bit for bit, also where several threads compute', () => {
    const [unique, length, rows] = [40, 40, 16];
    const draw = randomSource(21);
    const table = (below: number): number[][] => Array.from({ length: rows }, () => Array.from({ length }, () => Math.floor(draw.uniform() * below)));
    const batch = { items: table(unique), responses: table(2) };
    const train = (): number[][] => trainedWeights(() => new Sakt(96, 5, saktOptions.parse({ dropout: 0.3 })), encodingsOf(unique, 96), batchOf(batch));
    expect(train()).toEqual(train());
  });

  it('refuses what it cannot read', () => {
    const model = small();
    const encodings = encodingsOf(4, 4);
    const good = batchOf(ragged);
    expect(codeOf(() => model.score(encodings, { ...good, references: {} }))).toBe('DATA_MISMATCH');
    expect(codeOf(() => model.score(encodings, { ...good, fields: { responses: tf.zeros([3, 3]) } }))).toBe('DATA_MISMATCH');
    expect(codeOf(() => model.score(encodingsOf(4, 5), good))).toBe('PLUGIN_MISMATCH');
    expect(codeOf(() => new Sakt(10, 1, saktOptions.parse({})))).toBe('CONFIGURATION_INVALID');
  });

  it('refuses windows longer than its positions, naming the setting, and takes the longest that fit', () => {
    const encodings = encodingsOf(4, 4);
    expect(() => small({ maximumLength: 2 }).score(encodings, batchOf(ragged))).toThrow(/2 positions and reads windows of up to 3 interactions; the batch has windows of 4/);
    expect(codeOf(() => small({ maximumLength: 2 }).score(encodings, batchOf(ragged)))).toBe('CONFIGURATION_INVALID');
    expect(codeOf(() => small({ maximumLength: 3 }).score(encodings, batchOf(ragged)))).toBeUndefined();
  });
});

describe('the plugin', () => {
  it('makes the model and refuses unknown options', async () => {
    const model = await plugin.create({ options: saktOptions.parse({ heads: 2 }), dimension: 4, seed: 1 });
    expect([model.kind, model.name, model.task, plugin.task]).toEqual(['model', 'sakt', 'knowledge-tracing', 'knowledge-tracing']);
    expect(model.weights).toHaveLength(20);
    expect(saktOptions.safeParse({ layers: 3 }).success).toBe(false);
    expect(saktOptions.safeParse({ dropout: 1 }).success).toBe(false);
    expect(saktOptions.safeParse({ maximumLength: 0 }).success).toBe(false);
    expect(saktOptions.parse({})).toEqual({ heads: 8, maximumLength: 512, dropout: 0 });
  });
});
