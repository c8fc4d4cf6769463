import { loadEngine } from '@gramkit/engine-tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { timeMajor } from './time-major.js';

beforeAll(() => loadEngine({ threads: 1 }));

it.each([[1, 1], [3, 5], [4, 1], [1, 6]])('is the transpose of [%i, %i], padding and large numbers among them', (batch, length) => {
  const references = tf.tensor2d(Int32Array.from({ length: batch * length }, (_, place) => (place % 4 === 3 ? -1 : 0x7fffff00 + place)), [batch, length], 'int32');
  const before = tf.memory().numTensors;
  const turned = timeMajor(references);
  expect(turned.dtype).toBe('int32');
  expect(turned.arraySync()).toEqual(Array.from({ length }, (_, time) => references.arraySync().map((row) => row[time])));
  turned.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
