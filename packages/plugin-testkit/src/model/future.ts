import { demand } from '../check.js';
import { greatestDifference } from '../comparison/number-lists.js';
import { valuesOf, type ModelTrial } from './model-trial.js';

/** Scores do not know what comes true, nor what happens after. */
export function predictsFromThePast({ model, encodings, examples }: ModelTrial): void {
  for (const { what, batches, before } of examples.futures) {
    const [one, other] = batches.map((batch) => valuesOf(model, encodings, batch).scores.slice(0, before));
    demand(greatestDifference(other!, one!) < 1e-5, `${what} changed, and so did scores that may not know of it`, model.task === 'knowledge-tracing'
      ? 'predict position t + 1 from the items and responses of positions 0 to t and the item of t + 1: look for an attention mask, a shift or a reversed sequence that is off by one.'
      : 'score candidates by history and candidate alone: `fields.labels` belong to the loss.');
  }
}
