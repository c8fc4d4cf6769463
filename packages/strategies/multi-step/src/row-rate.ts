import type { Task } from '@gramkit/spec';
import type { MultiStepOptions } from './options.js';

/**
 * What a row's gradient is multiplied by: a number, or the number of predictions in the batch.
 *
 * `auto` is what experiments found to move rows by .2 to .5 of the spread of the encodings in a window (docs/algorithm.md): in knowledge
 * tracing the rate that undoes the mean over predictions, of which a batch holds a thousand; in recommendation, a mean over impressions, 1.
 */
export function resolveRowRate(rowRate: MultiStepOptions['rowRate'], task: Task): number | 'predictions' {
  if (rowRate !== 'auto') return rowRate;
  return task === 'knowledge-tracing' ? 'predictions' : 1;
}
