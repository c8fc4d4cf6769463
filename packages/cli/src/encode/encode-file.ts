import type { RunEncoder } from '@gramkit/experiment';
import { GramkitError } from '@gramkit/spec';
import type { EncodeOptions } from '../commands/encode.js';
import type { Session } from '../session.js';
import { encodeTexts } from './encode-texts.js';
import { encodingFileEnding, openEncodingWriter } from './encoding-writer.js';
import { readTexts, textFileEnding } from './read-texts.js';

const defaultMaximumLength = 128;

/**
 * Encodes a file of texts into a file of encodings, which appears whole or not at all.
 * @throws GramkitError USAGE before anything is loaded; what reading, encoding and writing throw.
 */
export async function encodeFile(options: EncodeOptions, session: Session): Promise<{ readonly count: number; readonly dimension: number; readonly maxLength: number | null }> {
  textFileEnding(options.texts);
  encodingFileEnding(options.output);
  const encoder = await openEncoder(options);
  try {
    return await encodeWith(encoder, options, session);
  } finally {
    encoder.dispose();
  }
}

async function encodeWith(encoder: RunEncoder, options: EncodeOptions, session: Session): Promise<{ readonly count: number; readonly dimension: number; readonly maxLength: number | null }> {
  const fields = fieldsOf(encoder);
  const total = await countTexts(options.texts, fields);
  const writer = await openEncodingWriter(options.output, encoder.dimension);
  try {
    const onProgress = (encoded: number) => session.display.progress('encoding', encoded, total, 'texts');
    const count = await encodeTexts(readTexts(options.texts, fields), { encoder, writer, signal: session.signal, onProgress });
    await writer.finish();
    return { count, dimension: encoder.dimension, maxLength: options.run === undefined ? (options.maxLength ?? defaultMaximumLength) : null };
  } finally {
    await writer.discard();
  }
}

/** A first pass: a malformed line shows before anything is encoded, and the time left can be estimated. */
async function countTexts(file: string, fields: readonly string[]): Promise<number> {
  const texts = readTexts(file, fields);
  let count = 0;
  while ((await texts.next()).done !== true) count++;
  return count;
}

function fieldsOf({ tokenizer, encoder }: RunEncoder): readonly string[] {
  if (tokenizer.fields !== undefined) return tokenizer.fields;
  throw new GramkitError('PLUGIN_MISMATCH', `the encoder '${encoder.name}' reads no text`, { field: 'encoder.use', fix: "give a run whose encoder reads text; the vectors of this one's items: gram export --format embeddings" });
}

async function openEncoder({ model, run, maxLength = defaultMaximumLength }: EncodeOptions): Promise<RunEncoder> {
  const { createEncoder, loadRun } = await import('@gramkit/experiment');
  if (run !== undefined) return loadRun(run);
  return createEncoder(model === undefined ? { maxLength } : { model, maxLength });
}
