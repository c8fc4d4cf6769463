import { z } from 'zod';

export const idOptions = z.strictObject({
  dimension: z.int().min(1).default(128).describe('Length of an item encoding.'),
  standardDeviation: z.number().positive().default(1).describe("Of the normal distribution that initial vectors are drawn from; 1 is PyTorch's."),
});
export type IdOptions = z.output<typeof idOptions>;
