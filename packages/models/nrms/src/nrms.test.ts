import * as tf from '@tensorflow/tfjs-core';
import { loadEngine, type TensorFlowEngine } from '@gramkit/engine-tensorflow';
import { codeOf, encodingsOf, expectOracle, expectSameCompiled, lossAndGradients, passOf, recordedTensor, relativeError, takeWeights, valuesOf } from '@gramkit/model-testing';
import type { Batch, DeviceBatch, Pass } from '@gramkit/spec';
import { Adam, adamOptions, applyGradients, rowGradients, uploadBatch } from '@gramkit/tensor';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import oracle from './__fixtures__/nrms.json' with { type: 'json' };
import plugin, { Nrms, nrmsOptions } from './index.js';

type Rows = readonly (readonly number[])[];
type Impressions = readonly [history: Rows, candidates: Rows, labels: Rows];

/** One impression a row; rows of unlike length are padded. */
function hostBatch(...[history, candidates, labels]: Impressions): Pick<Batch, 'references' | 'fields'> {
  const filled = (rows: Rows, padding: number) => {
    const columns = Math.max(...rows.map((row) => row.length));
    return { shape: [rows.length, columns], values: rows.flatMap((row) => [...row, ...Array<number>(columns - row.length).fill(padding)]) };
  };
  const integers = (rows: Rows) => ({ dtype: 'int32' as const, shape: filled(rows, -1).shape, data: Int32Array.from(filled(rows, -1).values) });
  return {
    references: { history: integers(history), candidates: integers(candidates) },
    fields: { labels: { dtype: 'float32', shape: filled(labels, 0).shape, data: Float32Array.from(filled(labels, 0).values) } },
  };
}
const batchOf = (...given: Impressions): DeviceBatch => uploadBatch(hostBatch(...given));

const small = (options: object = {}): Nrms => new Nrms(4, 7, nrmsOptions.parse({ heads: 2, attentionDimension: 3, ...options }));
const ragged: Impressions = [[[0, 2, 1, 2], [3], [1, 1, 0]], [[1, 0, 3], [2, 4, 5], [5, 1, 2]], [[1, 0, 0], [1, 0, 0], [1, 0, 0]]];
/** Impressions of evaluation: an empty history, several clicks, none, unlike numbers of candidates. */
const whole: Impressions = [[[0, 2, 1], [], [3], [4, 4]], [[1, 0, 3, 2], [2, 4], [5, 1, 2], [0, 1]], [[0, 1, 1, 0], [1, 0], [0, 0, 0], [0, 1]]];

let engine: TensorFlowEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

describe('Nrms', () => {
  describe.each(Object.entries(oracle.cases))("beside PyTorch's float64: %s", (_, recorded) => {
    const setUp = () => {
      const model = new Nrms(recorded.dimension, 1, nrmsOptions.parse(recorded.options));
      takeWeights(model, recorded);
      return { model, batch: batchOf(recorded.history, recorded.candidates, recorded.labels) };
    };

    it('has its loss and the gradients of the item encodings and of every weight', () => {
      const { model, batch } = setUp();
      expectOracle(model, batch, recorded);
      expect(lossAndGradients(model, recordedTensor(recorded.encodings) as Tensor2D, batch).count).toBe(recorded.count);
    });

    it('has its predictions', () => {
      const { model, batch } = setUp();
      const { scores, labels, valid, references } = model.score(recordedTensor(recorded.encodings) as Tensor2D, batch);
      for (const tensor of [scores, labels, valid, references]) expect(tensor.shape).toEqual([recorded.candidates.length, recorded.candidates[0]!.length]);
      expect(valuesOf(labels)).toEqual(recorded.labels.flat());
      expect(valuesOf(references)).toEqual(recorded.candidates.flat());
      expect(valuesOf(valid)).toEqual(recorded.candidates.flat().map((item) => (item >= 0 ? 1 : 0)));
      const found = valuesOf(scores).filter((_, index) => recorded.candidates.flat()[index]! >= 0);
      recorded.scores.flat().forEach((score, index) => expect(Math.abs(found[index]! - score)).toBeLessThan(2e-6));
    });
  });

  it('has the same loss and gradients compiled, with dropout too', () => {
    for (const [dropout, batch] of [[0, ragged], [0.3, ragged], [0, whole]] as const) expectSameCompiled(engine, small({ dropout }), encodingsOf(6, 4), hostBatch(...batch));
  });

  it('takes nothing from padding: neither loss nor a gradient', () => {
    const model = small();
    const encodings = encodingsOf(6, 4);
    const [history, candidates, labels] = whole;
    const padded = batchOf(history.map((row, index) => [...row, ...(index === 0 ? [-1, -1] : [])]), candidates.map((row, index) => [...row, ...(index === 0 ? [-1] : [])]), labels.map((row, index) => [...row, ...(index === 0 ? [1] : [])]));
    const [more, less] = [padded, batchOf(...whole)].map((batch) => lossAndGradients(model, encodings, batch));
    expect(more!.loss).toBeCloseTo(less!.loss, 6);
    expect(more!.count).toBe(less!.count);
    expect(relativeError(more!.gradients, less!.gradients)).toBeLessThan(1e-6);
    // An impression alone, unpadded, is scored as within the batch.
    const alone = valuesOf(model.score(encodings, batchOf([[4, 4]], [[0, 1]], [[0, 1]])).scores);
    valuesOf(model.score(encodings, padded).scores).slice(15, 17).forEach((score, index) => expect(score).toBeCloseTo(alone[index]!, 6));
  });

  it('counts an impression once, the clicked among its candidates together, and none without a click', () => {
    const model = small();
    const encodings = encodingsOf(6, 4);
    const lossOf = (row: number, labels?: readonly number[]) => lossAndGradients(model, encodings, batchOf([whole[0][row]!], [whole[1][row]!], [labels ?? whole[2][row]!])).loss;
    const { loss, count } = lossAndGradients(model, encodings, batchOf(...whole));
    expect(count).toBe(3);
    expect(loss).toBeCloseTo((lossOf(0) + lossOf(1) + lossOf(3)) / 3, 6);
    expect(lossOf(0)).toBeCloseTo((lossOf(0, [0, 1, 0, 0]) + lossOf(0, [0, 0, 1, 0])) / 2, 6);
  });

  it('scores 0 for a user without a history, and learns nothing from them but that they count', () => {
    const model = small();
    const encodings = encodingsOf(6, 4);
    for (const history of [[[]], [[-1, -1]]]) {
      const batch = batchOf(history, [[2, 4, 1]], [[1, 0, 0]]);
      expect(valuesOf(model.score(encodings, batch).scores)).toEqual([0, 0, 0]);
      const { loss, count, gradients } = lossAndGradients(model, encodings, batch);
      expect(loss).toBeCloseTo(Math.log(3), 6);
      expect(count).toBe(1);
      for (const [name, gradient] of Object.entries(gradients)) expect(valuesOf(gradient).every((value) => Math.abs(value) === 0), name).toBe(true);
    }
  });

  it('gives a loss of 0 and gradients of 0 where nothing was clicked', () => {
    const { loss, count, gradients } = lossAndGradients(small(), encodingsOf(6, 4), batchOf([[0, 1], []], [[2, 4], [-1, -1]], [[0, 0], [0, 0]]));
    expect([Math.abs(loss), count]).toEqual([0, 0]);
    for (const [name, gradient] of Object.entries(gradients)) expect(valuesOf(gradient).every((value) => Math.abs(value) === 0), name).toBe(true);
  });

  it('does not depend on the order of a history', () => {
    const model = small();
    const scoresOf = (history: number[]) => valuesOf(model.score(encodingsOf(6, 4), batchOf([history], [[4, 5]], [[1, 0]])).scores);
    scoresOf([2, 0, 1]).forEach((score, index) => expect(score).toBeCloseTo(scoresOf([0, 1, 2])[index]!, 5));
    expect(Math.abs(scoresOf([2, 0, 1])[0]! - scoresOf([2, 0, 3])[0]!)).toBeGreaterThan(1e-3);
  });

  it('gives the loss of rows that are listed more than once, with their gradients shared out', () => {
    const model = small();
    const encodings = encodingsOf(6, 4);
    const [history, candidates, labels] = ragged;
    const unique = lossAndGradients(model, encodings, batchOf(history, candidates, labels));
    const occurrences: number[] = [];
    const repoint = (rows: Rows) => rows.map((row) => row.map((item) => occurrences.push(item) - 1));
    const repointed = batchOf(repoint(history), repoint(candidates), labels);
    const at = tf.tensor1d(occurrences, 'int32');
    const repeated = lossAndGradients(model, tf.gather(encodings, at), repointed);
    expect(repeated.loss).toBeCloseTo(unique.loss, 6);
    const summed = tf.unsortedSegmentSum(repeated.gradients.encodings as Tensor2D, at, 6);
    expect(relativeError({ ...repeated.gradients, encodings: summed }, unique.gradients)).toBeLessThan(2e-6);
  });

  it('drops in training only, by the seed of the pass, whatever the padding', () => {
    const model = small({ dropout: 0.5 });
    const encodings = encodingsOf(6, 4);
    const batch = batchOf(...ragged);
    const scores = (pass: Pass): number[] => valuesOf(model.loss(encodings, batch, pass).scores);
    expect(scores(passOf(true, 1))).toEqual(scores(passOf(true, 1)));
    expect(scores(passOf(true, 1))).not.toEqual(scores(passOf(true, 2)));
    expect(scores(passOf(false, 1))).toEqual(valuesOf(model.score(encodings, batch).scores));
    expect(scores(passOf(true, 1))).not.toEqual(scores(passOf(false, 1)));
    const [history, candidates, labels] = ragged;
    const padded = batchOf(history.map((row, index) => [...row, ...(index === 0 ? [-1] : [])]), candidates, labels);
    expect(model.loss(encodings, padded, passOf(true, 1)).loss.dataSync()[0]).toBeCloseTo(model.loss(encodings, batch, passOf(true, 1)).loss.dataSync()[0], 6);
  });

  it('starts from the same weights bit for bit for a seed, distributed as in PyTorch', () => {
    const [one, same, other] = [7, 7, 8].map((seed) => new Nrms(64, seed, nrmsOptions.parse({})).weights);
    one!.forEach(({ variable }, index) => expect(valuesOf(variable)).toEqual(valuesOf(same![index]!.variable)));
    one!.forEach(({ variable, name }, index) => expect(valuesOf(variable), name).not.toEqual(valuesOf(other![index]!.variable)));
    const largest = (name: string): number => Math.max(...valuesOf(one!.find((weight) => weight.name === name)!.variable).map(Math.abs));
    expect(largest('attention.key.weight') * 8).toBeCloseTo(1, 2);
    expect(largest('pooling.projection.weight') * 8).toBeCloseTo(1, 2);
    expect(largest('pooling.query.weight') * Math.sqrt(200)).toBeGreaterThan(0.95);
  });

  it('learns what a history tells', () => {
    const model = new Nrms(4, 5, nrmsOptions.parse({ heads: 2, attentionDimension: 8 }));
    const optimizer = new Adam(model.weights, adamOptions.parse({ learningRate: 0.02 }));
    const encodings = encodingsOf(6, 4);
    // Whoever clicked 0 or 1 goes on to 2, others to 3.
    const batch = batchOf([[0], [1, 0], [4], [5, 4, 5]], [[2, 3], [2, 3], [3, 2], [3, 2]], [[1, 0], [1, 0], [1, 0], [1, 0]]);
    const lossNow = (): number => model.loss(encodings, batch, passOf(true)).loss.dataSync()[0];
    const before = lossNow();
    for (let step = 0; step < 60; step++) tf.tidy(() => applyGradients(optimizer, rowGradients(model, encodings, batch, passOf(true)).weights, model.weights));
    expect(before).toBeGreaterThan(0.4);
    expect(lossNow()).toBeLessThan(0.1);
  });

  it('refuses batches and encodings that it cannot read', () => {
    const model = small();
    const encodings = encodingsOf(6, 4);
    const good = batchOf(...ragged);
    const score = (changed: { readonly references?: object; readonly fields?: object }) => () =>
      model.score(encodings, { references: { ...good.references, ...changed.references }, fields: { ...good.fields, ...changed.fields } });
    expect(codeOf(() => model.score(encodings, { references: {}, fields: good.fields }))).toBe('DATA_MISMATCH');
    expect(codeOf(() => model.score(encodings, { references: good.references, fields: {} }))).toBe('DATA_MISMATCH');
    expect(codeOf(score({ references: { candidates: tf.zeros([9], 'int32') } }))).toBe('DATA_MISMATCH');
    expect(codeOf(score({ references: { history: tf.zeros([2, 4], 'int32') } }))).toBe('DATA_MISMATCH');
    expect(codeOf(score({ fields: { labels: tf.zeros([3, 2]) } }))).toBe('DATA_MISMATCH');
    expect(codeOf(score({ references: { candidates: tf.zeros([3, 0], 'int32') }, fields: { labels: tf.zeros([3, 0]) } }))).toBe('DATA_MISMATCH');
    expect(codeOf(() => model.score(encodingsOf(6, 5), good))).toBe('PLUGIN_MISMATCH');
    expect(codeOf(() => new Nrms(10, 1, nrmsOptions.parse({})))).toBe('CONFIGURATION_INVALID');
  });
});

describe('the plugin', () => {
  it('makes the model and refuses unknown options', async () => {
    const model = await plugin.create({ options: nrmsOptions.parse({ heads: 2 }), dimension: 4, seed: 1 });
    expect([model.kind, model.name, model.task, plugin.task]).toEqual(['model', 'nrms', 'recommendation', 'recommendation']);
    expect(model.weights).toHaveLength(11);
    expect(nrmsOptions.safeParse({ query: 3 }).success).toBe(false);
    expect(nrmsOptions.safeParse({ dropout: 1 }).success).toBe(false);
    expect(nrmsOptions.safeParse({ heads: 0 }).success).toBe(false);
    expect(nrmsOptions.parse({})).toEqual({ heads: 8, attentionDimension: 200, dropout: 0 });
  });
});
