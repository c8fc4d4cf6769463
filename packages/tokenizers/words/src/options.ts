import { z } from 'zod';

export const wordsOptions = z.strictObject({
  fields: z.array(z.string().min(1)).min(1).default(['text']).describe('Fields of an item that are read, in this order, joined by a space.'),
  maxLength: z.int().min(1).default(128).describe('Most words of an item; longer texts lose their end.'),
  lowercase: z.boolean().default(true).describe('Reads capital letters as small ones. Turn it off for word vectors that know capitals.'),
  numbers: z.enum(['keep', 'one-word']).default('keep').describe("What becomes of numbers: each is a word of its own, or all are one and the same word."),
  vocabulary: z.enum(['catalogue', 'vectors']).default('catalogue')
    .describe("Which words have an id: those of the items that the run trains on, the most frequent first (of these only those that `vectors` has, where it is given), or the first ones of the file `vectors`, so that new items' words are known too."),
  vectors: z.string().min(1).optional().describe('Text file of word vectors (GloVe .txt, fastText .vec), relative to the configuration file: the one that the encoder starts from. Only its words get an id.'),
  minimumCount: z.int().min(1).default(1).describe('Rarer words of the items have no id of their own.'),
  maximumSize: z.int().min(1).default(50_000).describe('Most words with an id; all others share that of an unknown word.'),
}).refine(({ vocabulary, vectors }) => vocabulary === 'catalogue' || vectors !== undefined, { path: ['vectors'], error: "expected a file of word vectors, because vocabulary is 'vectors'" });
export type WordsOptions = z.output<typeof wordsOptions>;
