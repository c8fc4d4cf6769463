import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { GramkitError } from '@gramkit/spec';
import type { DeviceBatch } from '@gramkit/spec';

/** What a model of knowledge tracing reads of a batch, `[rows, length - 1]` each: the past of each prediction, and what is predicted. */
export interface KnowledgeTracingSteps {
  /** int32: the item of position t, -1 at padding. */
  readonly pastItems: Tensor2D;
  /** 0 or 1: whether position t was answered correctly. */
  readonly pastResponses: Tensor2D;
  /** int32: the item of position t + 1, -1 at padding. */
  readonly nextItems: Tensor2D;
  readonly nextResponses: Tensor2D;
  /** 1 where position t + 1 is no padding, no window begins there and its prediction counts (`fields.counted`). */
  readonly valid: Tensor2D;
  /** 1 where a window begins at position t, 0 elsewhere; absent where each row is one window. */
  readonly starts?: Tensor2D;
}

/**
 * The steps of a batch whose items point to rows of `itemEncodings` `[items, dimension]`.
 * @param model what errors call the model
 * @throws GramkitError DATA_MISMATCH where the batch is none of knowledge tracing or too short, PLUGIN_MISMATCH for encodings of another length.
 */
export function readKnowledgeTracingSteps(itemEncodings: Tensor2D, dimension: number, { references, fields }: DeviceBatch, model: string): KnowledgeTracingSteps {
  checkEncodings(itemEncodings, dimension, model);
  const items = present(references['items'], 'references.items', model);
  checkLength(items);
  const alike = (name: string): Tensor2D => alikeItems(present(fields[name], `fields.${name}`, model), items, name);
  const optional = (name: string): Tensor2D | undefined => (fields[name] === undefined ? undefined : alike(name));
  const [responses, starts, counted] = [alike('responses'), optional('starts'), optional('counted')];
  const nextItems = positions(items, 1);
  return {
    pastItems: positions(items, 0),
    pastResponses: positions(responses, 0),
    nextItems,
    nextResponses: positions(responses, 1),
    valid: validPredictions(nextItems, starts, counted),
    ...(starts && { starts: positions(starts, 0) }),
  };
}

function validPredictions(nextItems: Tensor2D, starts: Tensor2D | undefined, counted: Tensor2D | undefined): Tensor2D {
  const present = tf.cast<Tensor2D>(tf.greaterEqual<Tensor2D>(nextItems, tf.scalar(0, 'int32')), 'float32');
  const within = starts === undefined ? present : tf.mul<Tensor2D>(present, tf.sub(1, positions(starts, 1)));
  return counted === undefined ? within : tf.mul<Tensor2D>(within, positions(counted, 1));
}

/** All positions but one from position `first` on. */
function positions(values: Tensor2D, first: 0 | 1): Tensor2D {
  const [rows, length] = values.shape;
  return tf.slice2d(values, [0, first], [rows, length - 1]);
}

function checkEncodings({ shape }: Tensor, dimension: number, model: string): void {
  if (shape.length === 2 && shape[1] === dimension) return;
  throw new GramkitError('PLUGIN_MISMATCH', `${model} was made for item encodings [items, ${dimension}] and got [${shape.join(', ')}]`, {
    fix: 'Make the model with the dimension of the item encoder.',
  });
}

function present(tensor: Tensor | undefined, field: string, model: string): Tensor2D {
  if (tensor !== undefined && tensor.rank === 2) return tensor as Tensor2D;
  const found = tensor === undefined ? 'has none' : `has [${tensor.shape.join(', ')}]`;
  throw new GramkitError('DATA_MISMATCH', `${model} reads '${field}' [rows, length] of a batch; this one ${found}`, {
    field,
    fix: `Train ${model} on a data set for knowledge tracing.`,
  });
}

function alikeItems(values: Tensor2D, items: Tensor2D, name: string): Tensor2D {
  if (tf.util.arraysEqual(items.shape, values.shape)) return values;
  throw new GramkitError('DATA_MISMATCH', `The batch has items [${items.shape.join(', ')}] and ${name} [${values.shape.join(', ')}]`, {
    field: `fields.${name}`,
    fix: 'Give one for each item.',
  });
}

function checkLength({ shape: [, length] }: Tensor2D): void {
  if (length >= 2) return;
  throw new GramkitError('DATA_MISMATCH', `The batch's sequences have ${length} position(s); a prediction takes 2`, {
    field: 'references.items',
    fix: 'Leave out histories of fewer than 2 interactions.',
  });
}
