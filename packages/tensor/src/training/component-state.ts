import type { Tensor } from '@tensorflow/tfjs-core';
import type { ComponentState } from '@gramkit/spec';
import { GramkitError } from '@gramkit/spec';

/**
 * A count out of a saved state.
 * @throws GramkitError CHECKPOINT_MISMATCH where it is missing or no whole number from zero.
 */
export function savedCount({ values }: ComponentState, name: string): number {
  const value = values[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw mismatch(name, `is ${value === undefined ? 'missing' : JSON.stringify(value)}; a whole number from 0 was expected`);
}

/**
 * A tensor out of a saved state; -1 in `shape` stands for any size. Not copied.
 * @throws GramkitError CHECKPOINT_MISMATCH where it is missing or has another shape or type.
 */
export function savedTensor<T extends Tensor>({ tensors }: ComponentState, name: string, shape: readonly number[], dtype: 'float32' | 'int32'): T {
  const tensor = tensors[name];
  if (tensor === undefined) throw mismatch(name, 'is missing');
  const fits = tensor.rank === shape.length && shape.every((size, axis) => size === -1 || size === tensor.shape[axis]);
  if (!fits || tensor.dtype !== dtype) {
    throw mismatch(name, `is ${tensor.dtype} [${tensor.shape}]; ${dtype} [${shape.map((size) => (size === -1 ? 'any' : size))}] was expected`);
  }
  return tensor as T;
}

function mismatch(field: string, found: string): GramkitError {
  return new GramkitError('CHECKPOINT_MISMATCH', `The saved state of the strategy does not fit: '${field}' ${found}`, {
    field,
    fix: 'Resume with the configuration that the checkpoint was written under, or start a new run.',
  });
}
