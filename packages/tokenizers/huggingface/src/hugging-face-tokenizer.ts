import { createHash } from 'node:crypto';
import { GramkitError, type ItemContent, type PreparedItems, type Preprocessor, specificationVersion } from '@gramkit/spec';
import { PreparedTexts, textOfItem } from '@gramkit/tensor';
import { exportTokenizer } from './export-tokenizer.js';
import { TokenEncoder } from './token-encoder.js';
import { readTokenizerFile, type TokenizerDescription, type TokenizerFile } from './tokenizer-description.js';

/** Changes when the same tokenizer.json would give other ids. */
const encodingVersion = 1;

/** What decides the token ids of an item, beside the tokenizer's own file. */
export interface HuggingFaceTokenizerOptions {
  /** Longest row, special tokens included. */
  readonly maxLength: number;
  /** Fields of an item that are read, in this order, joined by a space. */
  readonly fields: readonly string[];
}

/** The tokenizer of a Hugging Face model folder. */
export interface HuggingFaceTokenizer extends Preprocessor {
  /** Token ids of one text, int32 `[length]`: special tokens included, cut to `maxLength`. */
  encodeText(text: string): Int32Array;
}

/**
 * Reads the tokenizer of a model folder (`tokenizer.json`).
 * @throws GramkitError MODEL_FILE_MISSING, MODEL_FILE_CORRUPT, MODEL_UNSUPPORTED, CONFIGURATION_INVALID
 */
export async function createHuggingFaceTokenizer(directory: string, options: HuggingFaceTokenizerOptions): Promise<HuggingFaceTokenizer> {
  const tokenizerFile = await readTokenizerFile(directory);
  const encoder = encoderOf(tokenizerFile);
  assertRoomForText(encoder, options.maxLength);
  const encodeText = (text: string) => encoder.encode(text, options.maxLength);
  return {
    specificationVersion,
    kind: 'tokenizer',
    name: 'huggingface',
    vocabularySize: encoder.vocabularySize,
    fingerprint: fingerprintOf(tokenizerFile.text, options),
    encodeText,
    fields: options.fields,
    exportPretrained: () => exportTokenizer(directory, tokenizerFile, options.maxLength),
    prepare: (items) => prepare(items, options.fields, encodeText, paddingIdOf(tokenizerFile.description)),
    dispose: () => undefined,
  };
}

function encoderOf({ file, description }: TokenizerFile): TokenEncoder {
  try {
    return new TokenEncoder(description);
  } catch (cause) {
    throw new GramkitError('MODEL_UNSUPPORTED', `the tokenizer cannot be built: ${(cause as Error).message}`, {
      file, cause, fix: 'use a model whose tokenizer.json has the parts of BERT (BertNormalizer, BertPreTokenizer, WordPiece)',
    });
  }
}

function assertRoomForText({ specialTokenCount }: TokenEncoder, maxLength: number): void {
  if (maxLength > specialTokenCount) return;
  throw new GramkitError('CONFIGURATION_INVALID', `maxLength is ${maxLength}, and ${specialTokenCount} special tokens leave no room for text`, {
    field: 'maxLength', fix: `give at least ${specialTokenCount + 1}`,
  });
}

function prepare(
  items: Iterable<ItemContent>, fields: readonly string[], encodeText: (text: string) => Int32Array, paddingId: number,
): PreparedItems {
  return PreparedTexts.of(Array.from(items, (item) => encodeText(textOfItem(item, fields))), paddingId);
}

/** Any id would do, since encoders mask padding by length; the model's own is the least surprising. */
function paddingIdOf({ padding, added_tokens }: TokenizerDescription): number {
  return padding?.pad_id ?? added_tokens.find(({ content }) => content === '[PAD]' || content === '<pad>')?.id ?? 0;
}

function fingerprintOf(tokenizerText: string, { maxLength, fields }: HuggingFaceTokenizerOptions): string {
  return createHash('sha256').update(JSON.stringify({ encodingVersion, maxLength, fields })).update(tokenizerText).digest('hex');
}
