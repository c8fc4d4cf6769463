import { defaultChunkTokens } from '@gramkit/tensor';
import { z } from 'zod';
import { intervalPattern } from './interval.js';

const intervalProblem = 'expected a number of steps such as 10, or epochs such as "0.5e" or "1e"';

/** Defaults are the recipe of docs/gram.md. */
export const multiStepOptions = z.strictObject({
  interval: z
    .union([z.number().int(intervalProblem).min(1, intervalProblem), z.string().regex(intervalPattern, intervalProblem)])
    .default('1e')
    .describe('N, the length of a window: a number of steps (10), or epochs ("0.5e", "1e"). A last window shorter than half of that is merged into the one before.'),
  rowRate: z
    .union([z.literal('auto'), z.literal('predictions'), z.number().positive()])
    .default('auto')
    .describe(
      'How far a row moves along its gradient: "predictions" (their number in the batch, which undoes the mean in the loss) or a number. ' +
        '"auto": "predictions" in knowledge tracing, 1 in recommendation. Rows should move .2 to .5 of the spread of the encodings in a window: ' +
        '`displacementOverSpread` of the event `window` in `metrics.jsonl` says how far they did.',
    ),
  passes: z.number().int().min(1).default(2).describe('Passes of the encoder over the rows of a window, when it is regressed to them.'),
  miniBatch: z.number().int().min(1).default(32).describe('Items of like length in one step of the encoder.'),
  regressionRate: z
    .enum(['linear-decay', 'constant'])
    .default('constant')
    .describe(
      "How the encoder's learning rate goes over the passes of a window: \"constant\", what its optimizer makes it, or \"linear-decay\", from that " +
        'down to nothing, so that the encoder comes to rest near the rows: with 6 passes and twice the rate the better course on news (docs/algorithm.md).',
    ),
  warmUpEpochs: z
    .union([z.literal('auto'), z.number().int().min(0)])
    .default('auto')
    .describe('First epochs of the sequence model alone, on frozen rows. "auto": a quarter of the epochs, 2 at most.'),
  settlingEpochs: z
    .union([z.literal('auto'), z.number().int().min(0)])
    .default('auto')
    .describe('Last epochs of the sequence model alone, on rows encoded anew. "auto": 1 from 4 epochs on.'),
  evaluateWindows: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe('Whether validation quality on moved and on re-encoded rows is measured after a window. "auto": where a window is half an epoch or longer.'),
  chunkTokens: z.number().int().min(1).default(defaultChunkTokens).describe('Tokens of items of like length that go through the encoder together, when no gradient is taken.'),
});
export type MultiStepOptions = z.output<typeof multiStepOptions>;
