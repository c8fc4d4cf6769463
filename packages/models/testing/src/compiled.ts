import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch, Engine, SequenceModel } from '@gramkit/spec';
import { SequencePasses } from '@gramkit/tensor';
import { expect } from 'vitest';
import { relativeError } from './gradients.js';

/** Expects loss and all gradients compiled by the engine to be those of the operations run one by one. */
export function expectSameCompiled(engine: Engine, model: SequenceModel, encodings: Tensor2D, batch: Pick<Batch, 'references' | 'fields'>): void {
  expect(engine.compile).toBeDefined();
  const [eager, compiled] = [new SequencePasses(model), new SequencePasses(model, engine)];
  for (const seed of [1, 2]) {
    const [expected, found] = [eager, compiled].map((passes) => passes.rowGradients(encodings, batch, tf.scalar(seed, 'int32')));
    expect(found!.count.dataSync()[0]).toBe(expected!.count.dataSync()[0]);
    expect(found!.loss.dataSync()[0]).toBeCloseTo(expected!.loss.dataSync()[0]!, 5);
    expect(relativeError({ rows: found!.rows }, { rows: expected!.rows })).toBeLessThan(1e-5);
    expect(relativeError(found!.weights as Record<string, Tensor>, expected!.weights as Record<string, Tensor>)).toBeLessThan(1e-5);
  }
  expect(compiled.reports().reduce((sum, { compilations }) => sum + compilations, 0)).toBe(1);
  eager.dispose();
  compiled.dispose();
}
