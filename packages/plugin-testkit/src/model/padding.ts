import { rowGradients, uploadBatch } from '@gramkit/tensor';
import type { Batch, SequenceModel } from '@gramkit/spec';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { greatestDifference } from '../comparison/number-lists.js';
import { passOf, valuesOf, type ModelTrial } from './model-trial.js';

/** What rounding in another order of summation may leave. */
const tolerance = 1e-5;

/** Longer padding, other values at padding and rows of padding change neither loss, scores nor gradients. */
export function ignoresPadding({ model, encodings, examples }: ModelTrial): void {
  const expected = { ...valuesOf(model, encodings, examples.whole), gradients: gradientsOf(model, encodings, examples.whole) };
  for (const { what, batch } of examples.padded) {
    const found = { ...valuesOf(model, encodings, batch), gradients: gradientsOf(model, encodings, batch) };
    const mend = 'take padding (-1 in `references`) out by a mask: before a softmax, out of sums and means, out of the loss and out of `valid`.';
    demand(found.count === expected.count, `the batch ${what} counts ${found.count} predictions and ${expected.count} without`, mend);
    demand(greatestDifference([found.loss], [expected.loss]) < tolerance, `the loss of the batch ${what} is ${found.loss}, without ${expected.loss}`, mend);
    demand(greatestDifference(found.scores, expected.scores) < tolerance, `scores of the batch ${what} differ by ${greatestDifference(found.scores, expected.scores)} from those without`, mend);
    for (const [name, values] of Object.entries(expected.gradients)) {
      demand(greatestDifference(found.gradients[name] ?? [], values) < tolerance, `the gradient of ${name} of the batch ${what} is another one than without`, mend);
    }
  }
}

/** Gradients of the loss without dropout by what they belong to, as plain numbers. */
export function gradientsOf(model: SequenceModel, encodings: Tensor2D, batch: Batch): Readonly<Record<string, ArrayLike<number>>> {
  const { rows, weights } = rowGradients(model, encodings, uploadBatch(batch), passOf(false));
  const named = Object.entries(weights as Record<string, Tensor>).map(([name, gradient]) => [`the weight '${name}'`, gradient.dataSync()] as const);
  return { 'the item encodings': rows.dataSync(), ...Object.fromEntries(named) };
}
