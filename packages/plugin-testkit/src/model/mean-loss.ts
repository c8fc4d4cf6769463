import { demand } from '../check.js';
import { greatestDifference } from '../comparison/number-lists.js';
import { weighted } from './example-batches.js';
import { valuesOf, type ModelTrial } from './model-trial.js';

/** The losses of two batches, each times its count, add up to that of both in one. */
export function givesAMeanOverItsCount({ model, encodings, examples }: ModelTrial): void {
  const whole = valuesOf(model, encodings, examples.whole);
  const parts = examples.parts.map((batch) => valuesOf(model, encodings, batch));
  const { predictions } = examples;
  demand(predictions === undefined || whole.count === predictions, `\`count\` is ${whole.count} for a batch of ${predictions} predictions`, 'count what the loss is a mean over: every position but the first of each window.');
  demand(whole.count === parts.reduce((sum, { count }) => sum + count, 0) && whole.count > 0, `\`count\` is ${whole.count} for a batch, and ${parts.map(({ count }) => count).join(' and ')} for its two halves`, 'count the predictions that the loss is a mean over.');
  const expected = parts.reduce((sum, { loss, count }) => sum + loss * count, 0) / whole.count;
  demand(greatestDifference([whole.loss], [expected]) < 1e-5, `the loss of a batch is ${whole.loss}; by the losses and counts of its two halves it should be ${expected}`, 'divide the sum of the losses by `count`: not by rows, not by positions that are padding, and not at all where there is no count.');
  const heavy = valuesOf(model, encodings, weighted(examples.whole, 3));
  demand(greatestDifference([heavy.loss], [whole.loss]) < 1e-6, '`fields.weight` changes the loss', 'leave `fields.weight` alone: strategies multiply gradients by it.');
}
