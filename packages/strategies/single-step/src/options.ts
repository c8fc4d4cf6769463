import { byteSizeSchema, defaultChunkTokens } from '@gramkit/tensor';
import { z } from 'zod';

export const singleStepOptions = z.strictObject({
  chunkTokens: z.number().int().min(1).default(defaultChunkTokens).describe('Tokens of items of like length that go through the encoder together.'),
  graphMemory: byteSizeSchema
    .default('4GiB')
    .describe('Memory for activations kept for the backward pass, or "unlimited". What does not fit is encoded a second time, with the same masks and the same gradient.'),
});
export type SingleStepOptions = z.output<typeof singleStepOptions>;
