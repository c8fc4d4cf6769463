import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { DeviceBatch, SequenceModel } from '@gramkit/spec';
import { rowGradients } from '@gramkit/tensor';
import { expect } from 'vitest';
import { passOf, valuesOf } from './passes.js';

export interface LossAndGradients {
  readonly loss: number;
  readonly count: number;
  /** By the names of the weights; `encodings` among them. */
  readonly gradients: Record<string, Tensor>;
}

export function lossAndGradients(model: SequenceModel, encodings: Tensor2D, batch: DeviceBatch, pass = passOf(true)): LossAndGradients {
  const { loss, count, weights, rows } = rowGradients(model, encodings, batch, pass);
  return { loss: loss.dataSync()[0], count: count.dataSync()[0], gradients: { encodings: rows, ...(weights as Record<string, Tensor>) } };
}

/** Norm of the difference over the norm of the expected whole. Expects the same names and shapes. */
export function relativeError(found: Readonly<Record<string, Tensor>>, expected: Readonly<Record<string, Tensor>>): number {
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  const names = Object.keys(expected);
  for (const name of names) expect(found[name]!.shape, name).toEqual(expected[name]!.shape);
  const flat = (tensors: Readonly<Record<string, Tensor>>): number[] => names.flatMap((name) => valuesOf(tensors[name]!));
  const right = flat(expected);
  return Math.hypot(...flat(found).map((value, index) => value - right[index]!)) / Math.hypot(...right);
}
