import { extname } from 'node:path';
import { npyHeader, OutputFile, ParquetWriter } from '@gramkit/data';
import { GramkitError } from '@gramkit/spec';
import { safetensorsPrefix } from '@gramkit/tensor';

/** Endings of files that vectors of items can be written to. */
export const embeddingFileEndings = ['.safetensors', '.parquet', '.npy'] as const;
export type EmbeddingFileEnding = (typeof embeddingFileEndings)[number];

/** Writes items' vectors in the order they come. */
export interface EmbeddingWriter {
  /** `embeddings` `[ids, dimension]`, row-major. */
  write(ids: readonly string[], embeddings: Float32Array): Promise<void>;
  finish(): Promise<void>;
  /** Leaves nothing behind; after `finish` nothing happens. */
  discard(): Promise<void>;
}

/** @throws GramkitError USAGE for an ending that is no format of ours. */
export function embeddingFileEnding(file: string): EmbeddingFileEnding {
  const ending = extname(file).toLowerCase();
  const known = embeddingFileEndings.find((candidate) => candidate === ending);
  if (known !== undefined) return known;
  throw new GramkitError('USAGE', `'${file}' ends with '${ending}', which is no format for items' vectors`, { alternatives: embeddingFileEndings, fix: 'give the output one of these endings' });
}

/** The files that an export to `file` makes. */
export function embeddingFiles(file: string): readonly string[] {
  return embeddingFileEnding(file) === '.npy' ? [file, idsFile(file)] : [file];
}

function idsFile(file: string): string {
  return `${file.slice(0, -'.npy'.length)}.ids.json`;
}

/**
 * Opens `file` for the vectors of `ids`, by its ending: `.parquet` has the columns `id` and `embedding`; `.safetensors` a tensor `embeddings`
 * float32 `[items, dimension]` and the ids as a JSON array under `ids` of its metadata; `.npy` the same numbers, with the ids in a `.ids.json` beside it.
 * @throws GramkitError USAGE, OUTPUT_UNWRITABLE
 */
export async function openEmbeddingWriter(file: string, ids: readonly string[], dimension: number): Promise<EmbeddingWriter> {
  const ending = embeddingFileEnding(file);
  if (ending === '.parquet') return parquetWriter(await ParquetWriter.create(file, { id: 'text', embedding: 'numbers' }), dimension);
  const shape = [ids.length, dimension] as const;
  if (ending === '.npy') return numbersWriter(await OutputFile.create(file), npyHeader(shape), await wholeFile(idsFile(file), JSON.stringify(ids)));
  return numbersWriter(await OutputFile.create(file), safetensorsPrefix({ embeddings: { dtype: 'float32', shape } }, { ids: JSON.stringify(ids) }));
}

function parquetWriter(writer: ParquetWriter, dimension: number): EmbeddingWriter {
  return {
    write: (ids, embeddings) => writer.append(ids.map((id, row) => [id, Array.from(embeddings.subarray(row * dimension, (row + 1) * dimension))])),
    finish: () => writer.finish(),
    discard: () => writer.discard(),
  };
}

/** A header and the numbers behind it; a file beside it gets its name first, so that the numbers never stand there without their ids. */
async function numbersWriter(output: OutputFile, header: Uint8Array, beside?: OutputFile): Promise<EmbeddingWriter> {
  await output.append(header);
  return {
    write: (_, { buffer, byteOffset, byteLength }) => output.append(new Uint8Array(buffer, byteOffset, byteLength)),
    finish: async () => {
      await beside?.finish();
      await output.finish();
    },
    discard: async () => {
      await beside?.discard();
      await output.discard();
    },
  };
}

async function wholeFile(file: string, content: string): Promise<OutputFile> {
  const output = await OutputFile.create(file);
  await output.append(content);
  return output;
}
