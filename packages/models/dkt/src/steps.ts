import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { GramkitError } from '@gramkit/spec';
import type { DeviceBatch } from '@gramkit/spec';

/** What DKT reads of a batch, time-major `[length - 1, batch]`: the past of each prediction, and what is predicted. */
export interface Steps {
  /** int32: the item of position t, -1 at padding. */
  readonly pastItems: Tensor2D;
  /** 0 or 1: whether position t was answered correctly. */
  readonly pastResponses: Tensor2D;
  /** int32: the item of position t + 1, -1 at padding. */
  readonly nextItems: Tensor2D;
  readonly nextResponses: Tensor2D;
  /** 1 where position t + 1 is no padding, no window begins there, and its prediction counts. */
  readonly valid: Tensor2D;
  /** 0 where a window begins at position t, 1 elsewhere; absent where each row is one window. */
  readonly keep?: Tensor2D;
}

/**
 * The steps of a batch whose items point to rows of `itemEncodings` `[rows, dimension]`.
 * @throws GramkitError DATA_MISMATCH where the batch is none of knowledge tracing or too short, PLUGIN_MISMATCH for encodings of another length.
 */
export function readSteps(itemEncodings: Tensor2D, dimension: number, { references, fields }: DeviceBatch): Steps {
  checkEncodings(itemEncodings, dimension);
  const items = present(references.items, 'references.items');
  const responses = present(fields.responses, 'fields.responses');
  checkShapes(items, responses);
  const starts = fields.starts === undefined ? undefined : present(fields.starts, 'fields.starts');
  if (starts !== undefined) checkShapes(items, starts, 'starts');
  const counted = fields.counted === undefined ? undefined : present(fields.counted, 'fields.counted');
  if (counted !== undefined) checkShapes(items, counted, 'counted');
  const nextItems = positions(items, 1);
  return {
    pastItems: positions(items, 0),
    pastResponses: positions(responses, 0),
    nextItems,
    nextResponses: positions(responses, 1),
    ...withinWindows(nextItems, starts, counted),
  };
}

function withinWindows(nextItems: Tensor2D, starts: Tensor2D | undefined, counted: Tensor2D | undefined): Pick<Steps, 'valid' | 'keep'> {
  const inUse = tf.cast<Tensor2D>(tf.greaterEqual<Tensor2D>(nextItems, tf.scalar(0, 'int32')), 'float32');
  const valid = counted === undefined ? inUse : tf.mul<Tensor2D>(inUse, positions(counted, 1));
  if (starts === undefined) return { valid };
  return { valid: tf.mul(valid, tf.sub(1, positions(starts, 1))), keep: tf.sub<Tensor2D>(1, positions(starts, 0)) };
}

/** All positions but one from position `first` on, time-major: `[batch, length]` to `[length - 1, batch]`. */
function positions(values: Tensor2D, first: 0 | 1): Tensor2D {
  const [batch, length] = values.shape;
  return tf.transpose<Tensor2D>(tf.slice2d(values, [0, first], [batch, length - 1]));
}

function checkEncodings({ shape }: Tensor, dimension: number): void {
  if (shape.length === 2 && shape[1] === dimension) return;
  throw new GramkitError('PLUGIN_MISMATCH', `DKT was made for item encodings [rows, ${dimension}] and got [${shape.join(', ')}]`, {
    fix: 'Make the model with the dimension of the item encoder.',
  });
}

function present(tensor: Tensor | undefined, field: string): Tensor2D {
  if (tensor !== undefined && tensor.rank === 2) return tensor as Tensor2D;
  const found = tensor === undefined ? 'has none' : `has [${tensor.shape.join(', ')}]`;
  throw new GramkitError('DATA_MISMATCH', `DKT reads '${field}' [batch, length] of a batch; this one ${found}`, {
    field,
    fix: 'Train DKT on a data set for knowledge tracing.',
  });
}

function checkShapes(items: Tensor2D, values: Tensor2D, name: 'responses' | 'starts' | 'counted' = 'responses'): void {
  if (!tf.util.arraysEqual(items.shape, values.shape)) {
    throw new GramkitError('DATA_MISMATCH', `The batch has items [${items.shape.join(', ')}] and ${name} [${values.shape.join(', ')}]`, {
      field: `fields.${name}`,
      fix: 'Give one for each item.',
    });
  }
  if (items.shape[1] < 2) {
    throw new GramkitError('DATA_MISMATCH', `The batch's sequences have ${items.shape[1]} position(s); a prediction takes 2`, {
      field: 'references.items',
      fix: 'Leave out histories of fewer than 2 interactions.',
    });
  }
}
