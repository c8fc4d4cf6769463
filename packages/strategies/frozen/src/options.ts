import { defaultChunkSize } from '@gramkit/tensor';
import { z } from 'zod';

export const frozenOptions = z.strictObject({
  chunkSize: z.number().int().min(1).default(defaultChunkSize).describe('Items of like length that go through the encoder together.'),
});
export type FrozenOptions = z.output<typeof frozenOptions>;
