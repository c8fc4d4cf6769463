import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { DeviceTensors, EncoderPass, ItemEncoder, Pass, SequenceModel, Weight } from '@gramkit/spec';
import { binaryCrossEntropy } from '../binary-cross-entropy.js';
import { dropout } from '../dropout.js';
import { gatherRows } from '../gather-rows.js';
import { normal } from '../initializers.js';
import { linear } from '../linear.js';
import { randomSource } from '../random.js';
import { vocabularySize } from './catalogue.js';

const [width, dimension] = [6, 4];

function weight(name: string, shape: readonly number[], seed: number): Weight {
  return { name, variable: tf.tidy(() => tf.variable(normal(shape, 0.8, randomSource(seed)))), trainable: true };
}

/** `tanh(dropout(mean of word vectors) W^T + b)`, the same function of padded and of packed texts. */
export function tinyEncoder(inputLayout: 'padded' | 'packed', dropoutRate = 0): ItemEncoder {
  const weights = [weight('words', [vocabularySize, width], 1), weight('projection', [dimension, width], 2), weight('bias', [dimension], 3)];
  const [words, projection, bias] = weights.map(({ variable }) => variable as unknown as Tensor) as [Tensor2D, Tensor2D, Tensor1D];
  const encode = (input: DeviceTensors, pass: EncoderPass): Tensor2D => {
    const mean = inputLayout === 'packed' ? meanOfPacked(words, input) : meanOfPadded(words, input);
    return tf.tanh(linear(dropout(mean, [width], { rate: dropoutRate, site: 0, strides: [1] }, pass), projection, bias));
  };
  return { specificationVersion: 1, kind: 'encoder', name: `tiny ${inputLayout}`, dimension, inputLayout, weights, encode, dispose: () => weights.forEach(({ variable }) => variable.dispose()) };
}

/** `[items, width]` */
function meanOfPadded(words: Tensor2D, { tokenIds, lengths }: DeviceTensors): Tensor2D {
  const [items, length] = tokenIds!.shape as [number, number];
  const real = tf.cast(tf.less(tf.reshape(tf.range(0, length, 1, 'int32'), [1, length]), tf.reshape(lengths!, [items, 1])), 'float32');
  const sum = tf.sum(tf.mul(gatherRows(words, tokenIds!), tf.expandDims(real, 2)), 1);
  return tf.div(sum, tf.cast(tf.reshape(lengths!, [items, 1]), 'float32'));
}

/** `[items, width]`; zeros for items without tokens. */
function meanOfPacked(words: Tensor2D, { tokenIds, items, offsets }: DeviceTensors): Tensor2D {
  const count = offsets!.shape[0]! - 1;
  const lengths = tf.sub(tf.slice(offsets!, [1], [count]), tf.slice(offsets!, [0], [count]));
  const sum = tf.unsortedSegmentSum(gatherRows(words, tokenIds!) as Tensor2D, items as Tensor1D, count);
  return tf.div(sum, tf.cast(tf.reshape(tf.maximum(lengths, tf.scalar(1, 'int32')), [count, 1]), 'float32'));
}

/** Logit of position t: `scale <dropout(tanh(h_t W^T + b)), h_{t+1}>`; binary cross-entropy over the real positions. */
export function tinyModel(dropoutRate = 0): SequenceModel {
  const weights = [weight('mixing', [dimension, dimension], 4), weight('bias', [dimension], 5), weight('scale', [], 6)];
  const [mixing, bias, scale] = weights.map(({ variable }) => variable as unknown as Tensor) as [Tensor2D, Tensor1D, Scalar];
  const predict = (encodings: Tensor2D, references: DeviceTensors, pass: Pass) => {
    const items = references['items'] as Tensor2D;
    const [users, length] = items.shape;
    const gathered = gatherRows(encodings, items); // [users, length, dimension]
    const before = tf.reshape(tf.slice(gathered, [0, 0, 0], [users, length - 1, dimension]), [users * (length - 1), dimension]) as Tensor2D;
    const next = tf.reshape(tf.slice(gathered, [0, 1, 0], [users, length - 1, dimension]), before.shape);
    const hidden = tf.tanh(linear(before, mixing, bias));
    const masks = { ...pass, maskRows: tf.range(0, users * (length - 1), 1, 'int32') };
    const kept = dropout(hidden, [dimension], { rate: dropoutRate, site: 0, strides: [1] }, masks);
    const valid = tf.cast(tf.greaterEqual(tf.slice(items, [0, 1], [users, length - 1]), tf.scalar(0, 'int32')), 'float32');
    return { scores: tf.reshape(tf.mul(tf.sum(tf.mul(kept, next), 1), scale), [users, length - 1]), valid };
  };
  return {
    specificationVersion: 1, kind: 'model', name: 'tiny', task: 'knowledge-tracing', weights,
    loss: (encodings, { references, fields }, pass) => {
      const { scores, valid } = predict(encodings, references, pass);
      const labels = tf.slice(fields['responses'] as Tensor2D, [0, 1], scores.shape as [number, number]);
      const { loss, count } = binaryCrossEntropy(scores, labels, valid);
      return { loss, count, scores: scores as Tensor2D };
    },
    score: () => {
      throw new Error('not scored here');
    },
    dispose: () => weights.forEach(({ variable }) => variable.dispose()),
  };
}
