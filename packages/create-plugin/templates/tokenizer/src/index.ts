import { definePlugin, type Preprocessor, specificationVersion } from '@gramkit/spec';
import { PreparedTexts, textOfItem } from '@gramkit/tensor';
import { z } from 'zod';

/** What a configuration can say beside `use: plugin-name`. Strict: a key that is not here is refused. */
export const tokenizerOptions = z.strictObject({
  fields: z.array(z.string().min(1)).min(1).default(['text']).describe('Fields of an item that are read, in this order.'),
  maxLength: z.int().min(1).default(128).describe('Most tokens of an item, the one of its end included.'),
});
export type TokenizerOptions = z.output<typeof tokenizerOptions>;

/** Raised when the same options would give other ids. */
const encodingVersion = 1;

/** Ids before those of bytes. */
const padding = 0;
const end = 1;
const firstByte = 2;

const utf8 = new TextEncoder();

/** The bytes of a text in UTF-8 as ids from 2 on, cut where need be, and the id of its end, which is never cut. */
export function idsOf(text: string, { maxLength }: TokenizerOptions): Int32Array {
  const bytes = utf8.encode(text.normalize('NFC')).subarray(0, maxLength - 1);
  return Int32Array.of(...Array.from(bytes, (byte) => byte + firstByte), end);
}

/** A tokenizer without a vocabulary: every text of every language is a row of bytes. */
export function createTokenizer(options: TokenizerOptions): Preprocessor {
  return {
    specificationVersion,
    kind: 'tokenizer',
    name: 'plugin-name',
    vocabularySize: firstByte + 256,
    fields: options.fields,
    fingerprint: JSON.stringify({ encodingVersion, ...options }),
    prepare: (items) => PreparedTexts.of(Array.from(items, (item) => idsOf(textOfItem(item, options.fields), options)), padding),
    dispose: () => undefined,
  };
}

export default definePlugin({
  specificationVersion: 1,
  kind: 'tokenizer',
  name: 'plugin-name',
  description: 'plugin-description',
  options: tokenizerOptions,
  dependencies: {},
  create: ({ options }) => createTokenizer(options),
});
