import { byteSizeSchema, defaultChunkTokens } from '@gramkit/tensor';
import { z } from 'zod';

/** Published values: those of the authors' implementation (`max_step_in_cache` 20, 2 for its run on MIND; `beta_for_cache` .002). */
export const speedyFeedOptions = z.strictObject({
  ageLimit: z
    .number()
    .int()
    .min(0)
    .default(20)
    .describe('Steps for which an encoding may be used again (gamma in the paper; its authors took 20, and 2 on MIND). 0: never, which is single-step GRAM.'),
  lookupGrowth: z
    .number()
    .positive()
    .default(0.002)
    .describe('How fast a run comes to rely on the cache: step t (from 0) looks encodings up with probability 1 - e^(-lookupGrowth t), and otherwise encodes all its items (beta in the paper; .002).'),
  chunkTokens: z.number().int().min(1).default(defaultChunkTokens).describe('Tokens of items of like length that go through the encoder together.'),
  graphMemory: byteSizeSchema
    .default('4GiB')
    .describe('Memory for activations kept for the backward pass, or "unlimited". What does not fit is encoded a second time, with the same masks and the same gradient.'),
});
export type SpeedyFeedOptions = z.output<typeof speedyFeedOptions>;
