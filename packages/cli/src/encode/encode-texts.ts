import { GramkitError, type PreparedItems, type Preprocessor } from '@gramkit/spec';
import type { EncodedText, EncodingWriter } from './encoding-writer.js';
import { miniBatches } from './mini-batches.js';
import type { TextFields } from './read-texts.js';

/** Texts that are held in memory at once, with their encodings. Enough for mini-batches of like length. */
const textsInBlock = 4_096;

/** What encodes: a tokenizer, and the encoder behind it. */
export interface TextEncoder {
  readonly tokenizer: Preprocessor;
  readonly dimension: number;
  /** Encodings `[rows, dimension]` of `rows` of `items`, row-major, by the encoder without dropout. */
  encode(items: PreparedItems, rows: readonly number[]): Promise<Float32Array>;
}

export interface EncodeTextsOptions {
  readonly encoder: TextEncoder;
  readonly writer: EncodingWriter;
  readonly signal: AbortSignal;
  /** Told after every mini-batch how many texts are encoded so far. */
  readonly onProgress: (encoded: number) => void;
}

/**
 * Encodes texts block by block, so that memory does not grow with their number, and writes them in the order they came.
 * @returns how many there were.
 * @throws GramkitError INTERRUPTED; whatever the texts, the encoder or the writer throw.
 */
export async function encodeTexts(texts: AsyncIterable<TextFields>, { encoder, writer, signal, onProgress }: EncodeTextsOptions): Promise<number> {
  let written = 0;
  for await (const block of blocksOf(texts)) {
    const items = encoder.tokenizer.prepare(block.map((fields, row) => ({ id: String(row), fields })));
    const encodings = await encodeBlock(items, encoder, signal, (encoded) => onProgress(written + encoded));
    await writer.write(block.map((fields, row): EncodedText => ({ text: Object.values(fields).join(' '), tokenIds: tokenIdsOf(items, row), embedding: encodings.subarray(row * encoder.dimension, (row + 1) * encoder.dimension) })));
    written += block.length;
  }
  return written;
}

/** Encodings `[items, dimension]` of a block, in its order. */
async function encodeBlock(items: PreparedItems, encoder: TextEncoder, signal: AbortSignal, onProgress: (encoded: number) => void): Promise<Float32Array> {
  const { dimension } = encoder;
  const encodings = new Float32Array(items.count * dimension);
  let encoded = 0;
  for (const rows of miniBatches(items.count, (row) => items.lengthOf(row))) {
    if (signal.aborted) throw new GramkitError('INTERRUPTED', 'encoding was interrupted; no output was written');
    const values = await encoder.encode(items, rows);
    rows.forEach((row, index) => encodings.set(values.subarray(index * dimension, (index + 1) * dimension), row * dimension));
    onProgress((encoded += rows.length));
  }
  return encodings;
}

/** The token ids of one row, without padding: collated alone there is none. */
function tokenIdsOf(items: PreparedItems, row: number): ArrayLike<number> {
  return items.collate([row])['tokenIds']!.data;
}

async function* blocksOf(texts: AsyncIterable<TextFields>): AsyncGenerator<TextFields[]> {
  let block: TextFields[] = [];
  for await (const text of texts) {
    block.push(text);
    if (block.length < textsInBlock) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}
