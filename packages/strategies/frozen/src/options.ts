import { byteSizeSchema, defaultChunkTokens } from '@gramkit/tensor';
import { z } from 'zod';

export const frozenOptions = z.strictObject({
  chunkTokens: z.number().int().min(1).default(defaultChunkTokens).describe('Tokens of items of like length that go through the encoder together.'),
  diskCache: byteSizeSchema
    .default('4GiB')
    .describe("Room for encodings that are kept between runs, in the folder 'encodings' of Gramkit's cache (GRAMKIT_CACHE), or \"unlimited\". Those used longest ago leave first; the folder may be deleted at any time. 0: none are kept or used."),
});
export type FrozenOptions = z.output<typeof frozenOptions>;
