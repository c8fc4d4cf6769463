import { demand } from '../check.js';
import { encodingsOf, fillingEngine, greatestRowDifference, roundingTolerance, type Difference, type Mode } from './encodings.js';
import type { EncoderTrial } from './encoder-trial.js';
import { quietMode } from './other-passes.js';

const mend = 'mask padded positions by `lengths` wherever positions meet: scores of an attention before its softmax, sums and means of a pooling, the end of a recurrence.';

/** Neighbours, and tokens and items that only fill a shape up, change no encoding. */
export async function ignoresPadding(trial: EncoderTrial): Promise<void> {
  const mode = quietMode(trial);
  if (mode === undefined) return;
  const { encoder, catalogue, rows, items } = trial;
  const beside = paddingDifference(trial, mode);
  if (beside !== undefined) demand(false, `the encoding of item '${items[beside.place]!.id}' changes by ${beside.absolute.toPrecision(2)} when a longer item stands beside it`, mend);
  const filled = greatestRowDifference(encodingsOf(encoder, catalogue, rows, mode, await fillingEngine()), encodingsOf(encoder, catalogue, rows, mode));
  demand(filled.relative <= roundingTolerance, `the encoding of item '${items[filled.place]!.id}' changes by ${filled.absolute.toPrecision(2)} when all texts are padded further, and items that fill the mini-batch up stand behind it`, mend);
}

/** How much encodings change when items that stood alone stand beside all others; nothing where that is rounding. The place is a row. */
export function paddingDifference({ encoder, catalogue, rows }: EncoderTrial, mode: Mode): Difference | undefined {
  const alone = rows.map((row) => encodingsOf(encoder, catalogue, [row, row], mode)[0]!);
  const difference = greatestRowDifference(encodingsOf(encoder, catalogue, rows, mode), alone);
  return difference.relative <= roundingTolerance ? undefined : difference;
}
