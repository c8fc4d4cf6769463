import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createPlugin } from 'create-gramkit-plugin';

/**
 * Writes examples/text-encoder-ngrams anew: it is what the scaffolder writes for an encoder, so that what the documentation explains is what
 * an author starts from: `node --conditions=@gramkit/source --import tsx tools/create-plugin/text-encoder-example.ts`
 */
const directory = fileURLToPath(new URL('../../examples/text-encoder-ngrams', import.meta.url));
await rm(directory, { recursive: true, force: true });
await createPlugin({ kind: 'encoder', name: 'ngrams', directory });
