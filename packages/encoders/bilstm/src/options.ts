import { z } from 'zod';

export const bilstmOptions = z.strictObject({
  vectors: z.string().min(1).optional()
    .describe('Text file of word vectors to start from (GloVe .txt, fastText .vec), relative to the configuration file; needs the tokenizer words. Left out: vectors are trained from the start.'),
  freezeVectors: z.boolean().default(false).describe('Leaves word vectors as they are; only with `vectors`.'),
  wordDimension: z.int().min(1).optional().describe('Length of a word vector. Left out: that of the file `vectors`, or 100.'),
  hidden: z.int().min(1).default(128).describe('Size of the LSTM, in each direction.'),
  dimension: z.int().min(1).optional().describe('Length of an item encoding, by a linear layer. Left out: twice `hidden`, without one.'),
  dropout: z.number().min(0).lt(1).default(0).describe('Rate in training, of word vectors and of the pooled states. The comparison of the paper turns it off.'),
}).refine(({ vectors, freezeVectors }) => vectors !== undefined || !freezeVectors, { path: ['freezeVectors'], error: 'expected false, because there are no `vectors`: frozen, they would stay random' });
export type BilstmOptions = z.output<typeof bilstmOptions>;
