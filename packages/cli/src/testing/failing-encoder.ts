import { definePlugin, GramkitError, tokens } from '@gramkit/spec';
import { z } from 'zod';

/** An encoder whose `create` fails as one does that reads a broken file: to be bundled with its own copy of the specification. */
export default definePlugin({
  specificationVersion: 1,
  kind: 'encoder',
  name: 'failing',
  description: 'Fails.',
  options: z.strictObject({ vectors: z.string().default('vectors.txt').describe('a file of vectors') }),
  dependencies: { seed: tokens.seed },
  create: ({ options: { vectors } }) => {
    throw new GramkitError('DATA_MALFORMED', 'a vector has 3 numbers, expected 4', { file: vectors, line: 2, fix: 'correct the line' });
  },
});
