import { extname } from 'node:path';
import { npyHeader, OutputFile } from '@gramkit/data';
import { GramkitError } from '@gramkit/spec';

/** A text with its encoding, as a line of output. */
export interface EncodedText {
  readonly text: string;
  /** What the encoder read: special tokens included, truncated, without padding. */
  readonly tokenIds: ArrayLike<number>;
  /** `[dimension]` */
  readonly embedding: Float32Array;
}

/** Writes encodings in the order they come. */
export interface EncodingWriter {
  write(encoded: readonly EncodedText[]): Promise<void>;
  finish(): Promise<void>;
  /** Leaves nothing behind; after `finish` nothing happens. */
  discard(): Promise<void>;
}

/** Endings of files that encodings can be written to. */
export const encodingFileEndings = ['.jsonl', '.npy'] as const;
export type EncodingFileEnding = (typeof encodingFileEndings)[number];

/** @throws GramkitError USAGE for an ending that is no format of ours. */
export function encodingFileEnding(file: string): EncodingFileEnding {
  const ending = extname(file).toLowerCase();
  const known = encodingFileEndings.find((candidate) => candidate === ending);
  if (known !== undefined) return known;
  throw new GramkitError('USAGE', `'${file}' ends with '${ending}', which is no format for encodings`, {
    alternatives: encodingFileEndings,
    fix: 'give a .jsonl for texts, token ids and vectors, or a .npy for the vectors alone',
  });
}

/**
 * Opens `file` for encodings of `dimension` numbers: `.jsonl` has `{"text","tokenIds","embedding"}` a line, `.npy` is float32 `[texts, dimension]`.
 * @throws GramkitError USAGE, OUTPUT_UNWRITABLE
 */
export async function openEncodingWriter(file: string, dimension: number): Promise<EncodingWriter> {
  const ending = encodingFileEnding(file);
  const output = await OutputFile.create(file);
  return ending === '.jsonl' ? jsonLinesWriter(output) : npyWriter(output, dimension);
}

function jsonLinesWriter(output: OutputFile): EncodingWriter {
  return {
    write: async (encoded) => output.append(encoded.map((one) => `${lineOf(one)}\n`).join('')),
    finish: () => output.finish(),
    discard: () => output.discard(),
  };
}

function lineOf({ text, tokenIds, embedding }: EncodedText): string {
  return JSON.stringify({ text, tokenIds: Array.from(tokenIds), embedding: Array.from(embedding, shortestFloat32) });
}

/** Nine significant digits give every float32 back exactly; the double it is held in would show 17. */
function shortestFloat32(value: number): number {
  return Number(value.toPrecision(9));
}

async function npyWriter(output: OutputFile, dimension: number): Promise<EncodingWriter> {
  let count = 0;
  await output.append(npyHeader([0, dimension]));
  return {
    write: async (encoded) => {
      count += encoded.length;
      const rows = new Float32Array(encoded.length * dimension);
      encoded.forEach((one, row) => rows.set(one.embedding, row * dimension));
      await output.append(new Uint8Array(rows.buffer));
    },
    finish: async () => {
      await output.writeAtStart(npyHeader([count, dimension]));
      await output.finish();
    },
    discard: () => output.discard(),
  };
}
