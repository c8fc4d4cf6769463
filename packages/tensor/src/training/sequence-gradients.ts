import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import type { DeviceBatch, Pass, SequenceModel } from '@gramkit/spec';
import { nameGradients, trainableWeights, variablesOf } from './gradients.js';
import type { Gradients } from './gradients.js';
import { recordPass } from './record-pass.js';

/** The loss of a batch and its gradients. The caller disposes them; `tf.tidy` can return them. */
export type SequenceGradients = {
  /** Mean loss over `count` predictions, whatever the weight of the batch. */
  readonly loss: Scalar;
  readonly count: Scalar;
  /** dL/dphi, as all gradients here times `fields.weight` of the batch where it has one. */
  readonly weights: Gradients;
};

/** The same with `g_u = dL/dh_u`, summed over every occurrence of the row: `[rows, dimension]`. */
export type RowGradients = SequenceGradients & { readonly rows: Tensor2D };

/** Gradients of the sequence model's weights alone: the encodings are constants, and nothing is propagated to them. */
export function sequenceGradients(model: SequenceModel, encodings: Tensor2D, batch: DeviceBatch, pass: Pass): SequenceGradients {
  const { loss, count, weights } = gradients(model, encodings, batch, pass, false);
  return { loss, count, weights };
}

/** Gradients of the sequence model's weights and of the encodings it read, in one pass. */
export function rowGradients(model: SequenceModel, encodings: Tensor2D, batch: DeviceBatch, pass: Pass): RowGradients {
  const { rows, ...rest } = gradients(model, encodings, batch, pass, true);
  return { ...rest, rows: rows ?? tf.zerosLike(encodings) };
}

function gradients(model: SequenceModel, encodings: Tensor2D, batch: DeviceBatch, pass: Pass, ofRows: boolean) {
  return tf.tidy(() => {
    const recorded = recordPass(() => {
      const { loss, count } = model.loss(encodings, batch, pass);
      return { loss, count };
    });
    const { loss, count } = recorded.value;
    const trained = trainableWeights(model.weights);
    const targets = [...variablesOf(trained), ...(ofRows ? [encodings] : [])];
    const found = recorded.pullBack(loss, batch.fields['weight'] ?? tf.onesLike(loss), targets);
    return { loss, count, weights: nameGradients(trained, found), rows: ofRows ? (found.at(-1) as Tensor2D | undefined) : undefined };
  });
}
