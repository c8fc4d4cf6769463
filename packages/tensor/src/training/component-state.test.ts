import { loadEngine } from '@gramkit/engine-tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { savedCount, savedTensor } from './component-state.js';

beforeAll(() => loadEngine());

const mismatch = (field: string, text: string) => expect.objectContaining({ code: 'CHECKPOINT_MISMATCH', message: expect.stringContaining(text), details: expect.objectContaining({ field }) });

describe('saved state', () => {
  it('gives counts, and refuses what is none', () => {
    expect(savedCount({ tensors: {}, values: { step: 3 } }, 'step')).toBe(3);
    for (const step of [-1, 1.5, '3', null]) expect(() => savedCount({ tensors: {}, values: { step } }, 'step')).toThrow(mismatch('step', JSON.stringify(step)));
    expect(() => savedCount({ tensors: {}, values: {} }, 'step')).toThrow(mismatch('step', 'missing'));
  });

  it('gives tensors of the shape and type expected, -1 for any size', () => {
    const rows = tf.zeros([3, 2]);
    const state = { tensors: { rows }, values: {} };
    expect(savedTensor(state, 'rows', [-1, 2], 'float32')).toBe(rows);
    expect(() => savedTensor(state, 'rows', [-1, 3], 'float32')).toThrow(mismatch('rows', 'float32 [3,2]; float32 [any,3]'));
    expect(() => savedTensor(state, 'rows', [3, 2], 'int32')).toThrow(mismatch('rows', 'int32'));
    expect(() => savedTensor(state, 'others', [1], 'float32')).toThrow(mismatch('others', 'missing'));
  });
});
