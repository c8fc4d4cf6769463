import { defaultChunkTokens } from '@gramkit/tensor';
import { z } from 'zod';

export const frozenOptions = z.strictObject({
  chunkTokens: z.number().int().min(1).default(defaultChunkTokens).describe('Tokens of items of like length that go through the encoder together.'),
});
export type FrozenOptions = z.output<typeof frozenOptions>;
