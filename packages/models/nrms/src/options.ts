import { z } from 'zod';

export const nrmsOptions = z.strictObject({
  heads: z.int().positive().default(8).describe("heads of the self-attention over a history; they divide an item encoding's length"),
  attentionDimension: z.int().positive().default(200).describe('size of the query of the additive attention, which sums a history up into one vector'),
  dropout: z.number().min(0).lt(1).default(0).describe('probability with which an element of what the heads of the self-attention put out is dropped in training'),
});
export type NrmsOptions = z.output<typeof nrmsOptions>;
