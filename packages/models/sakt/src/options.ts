import { z } from 'zod';

export const saktOptions = z.strictObject({
  heads: z.int().positive().default(8).describe("heads of the attention; they divide an item encoding's length"),
  maximumLength: z.int().positive().default(512).describe('positions that are learnt, and so the longest past that can be read: data.windowLength may be one more'),
  dropout: z.number().min(0).lt(1).default(0).describe('probability with which an element of what the attention and the feed-forward layer put out is dropped in training'),
});
export type SaktOptions = z.output<typeof saktOptions>;
