import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { BatchLayout, DeviceBatch } from './batch.js';
import type { Component, Task, Weight } from './component.js';
import type { Pass } from './item-encoder.js';

/** What a sequence model computes from a batch when it learns. */
export interface SequenceLoss {
  /** Mean of the loss over `count` predictions; padding never counts. */
  readonly loss: Scalar;
  /** float32 scalar: predictions in the batch. */
  readonly count: Scalar;
  /** Logits `[batch, positions]`. */
  readonly scores: Tensor2D;
}

/** Predictions beside what came true; all four of the same shape `[batch, positions]`. */
export interface Predictions {
  /** Logits. */
  readonly scores: Tensor;
  /** 0 or 1. */
  readonly labels: Tensor;
  /** 1 where the position is a prediction, 0 at padding. */
  readonly valid: Tensor;
  /** Rows of the batch's `itemIds`: the predicted item. */
  readonly references: Tensor;
}

/** CF, the sequence model with parameters phi over item encodings. */
export interface SequenceModel extends Component {
  readonly kind: 'model';
  readonly task: Task;
  /**
   * The layout of the batches that the model reads, in training and in evaluation; absent: `windows`. `windows`: one window a row, padded at its
   * end. `rows`: several windows may stand one after another in a row; `fields.starts` float32 `[rows, length]` is 1 where a window begins and
   * 0 elsewhere; nothing is predicted across a start.
   */
  readonly batchLayout?: BatchLayout;
  /** phi */
  readonly weights: readonly Weight[];
  /**
   * The training loss; `itemEncodings` `[rows, dimension]`. Pure and differentiable in encodings and weights; runs in a `tf.tidy` of its caller, or is
   * compiled. It reads the rows that `references` point to and no others, and neither the extent of padding nor what `fields` hold there matters.
   * Dropout masks follow from the seed of the pass and places in the batch alone.
   * @throws GramkitError DATA_MISMATCH where the batch is none of the model's task.
   */
  loss(itemEncodings: Tensor2D, batch: DeviceBatch, pass: Pass): SequenceLoss;
  /**
   * The predictions of a batch, without dropout, where `valid` is 1 each out of what was known before it alone. Runs in a `tf.tidy` of its caller.
   * @throws GramkitError as `loss`.
   */
  score(itemEncodings: Tensor2D, batch: DeviceBatch): Predictions;
}
