import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { isGramkitError } from '@gramkit/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { readKnowledgeTracingSteps } from './knowledge-tracing-steps.js';

beforeAll(async () => void (await loadEngine()));

const encodings = () => tf.zeros([4, 3]) as Tensor2D;
const items = () => tf.tensor2d([[0, 2, 1, 3], [3, 1, -1, -1]], undefined, 'int32');
const responses = () => tf.tensor2d([[1, 0, 1, 1], [0, 1, 0, 0]]);
const read = (fields: object = {}, references: Record<string, Tensor> = { items: items() }) =>
  readKnowledgeTracingSteps(encodings(), 3, { references, fields: { responses: responses(), ...fields } }, 'THIS');

describe('readKnowledgeTracingSteps', () => {
  it('sets the past beside what is predicted', () => {
    const { pastItems, pastResponses, nextItems, nextResponses, valid, starts } = read();
    expect(pastItems.arraySync()).toEqual([[0, 2, 1], [3, 1, -1]]);
    expect(pastResponses.arraySync()).toEqual([[1, 0, 1], [0, 1, 0]]);
    expect(nextItems.arraySync()).toEqual([[2, 1, 3], [1, -1, -1]]);
    expect(nextResponses.arraySync()).toEqual([[0, 1, 1], [1, 0, 0]]);
    expect(valid.arraySync()).toEqual([[1, 1, 1], [1, 0, 0]]);
    expect(starts).toBeUndefined();
  });

  it('predicts nothing where a window begins, nor what does not count', () => {
    const { valid, starts } = read({ starts: tf.tensor2d([[1, 0, 1, 0], [1, 0, 0, 0]]), counted: tf.tensor2d([[0, 0, 1, 1], [1, 1, 1, 1]]) });
    expect(starts!.arraySync()).toEqual([[1, 0, 1], [1, 0, 0]]);
    expect(valid.arraySync()).toEqual([[0, 0, 1], [1, 0, 0]]);
  });

  it.each([
    ['no items', () => read({}, {}), 'DATA_MISMATCH', /THIS reads 'references.items' \[rows, length\] of a batch; this one has none/],
    ['no responses', () => read({ responses: undefined }), 'DATA_MISMATCH', /'fields.responses'.*has none/],
    ['responses of another shape', () => read({ responses: tf.zeros([2, 3]) }), 'DATA_MISMATCH', /items \[2, 4\] and responses \[2, 3\]/],
    ['responses in a line', () => read({ responses: tf.zeros([8]) }), 'DATA_MISMATCH', /this one has \[8\]/],
    ['starts of another shape', () => read({ starts: tf.zeros([2, 3]) }), 'DATA_MISMATCH', /starts \[2, 3\]/],
    ['counted of another shape', () => read({ counted: tf.zeros([1, 4]) }), 'DATA_MISMATCH', /counted \[1, 4\]/],
    ['one position', () => read({}, { items: tf.zeros([2, 1], 'int32') }), 'DATA_MISMATCH', /1 position/],
    ['encodings of another length', () => readKnowledgeTracingSteps(encodings(), 5, { references: {}, fields: {} }, 'THIS'), 'PLUGIN_MISMATCH', /\[items, 5\] and got \[4, 3\]/],
  ])('refuses %s', (_, work, code, message) => {
    const caught = (() => {
      try {
        work();
      } catch (error) {
        return error as Error;
      }
    })();
    expect(isGramkitError(caught) && caught.code).toBe(code);
    expect(caught!.message).toMatch(message);
  });
});
