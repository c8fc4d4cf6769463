import { z } from 'zod';

export const dktOptions = z.strictObject({
  hidden: z.int().positive().optional().describe("size of the LSTM's state; the length of an item encoding where absent"),
  layers: z.int().positive().default(2).describe('LSTM layers'),
  dropout: z.number().min(0).lt(1).default(0).describe('probability with which an output of an LSTM layer below the last is dropped in training'),
});
export type DktOptions = z.output<typeof dktOptions>;
