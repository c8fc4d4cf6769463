import { GramkitError } from '@gramkit/spec';
import { z } from 'zod';
import { byteCount } from './element-types.js';

/** Where a tensor lies in a file. */
export interface TensorEntry {
  readonly name: string;
  /** Type of its elements as the file names it: F32, BF16, I64, … */
  readonly elementType: string;
  readonly shape: readonly number[];
  /** First byte, from the beginning of the file. */
  readonly begin: number;
  /** Byte after the last. */
  readonly end: number;
}

/** The header of a safetensors file. */
export interface SafetensorsHeader {
  readonly file: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: ReadonlyMap<string, TensorEntry>;
}

const size = z.int().min(0);
const metadataKey = '__metadata__';
const metadataSchema = z.record(z.string(), z.string());
const entrySchema = z.object({ dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size]) });

/** Bytes before the header: its length, an unsigned 64-bit number. */
export const prefixBytes = 8;
/** The limit of the format's own library. */
export const maximumHeaderBytes = 100_000_000;

/**
 * Reads and checks a header: every tensor within the file, none over another, no byte that belongs to none.
 * @param text the header's JSON
 * @param fileBytes size of the whole file
 * @throws GramkitError MODEL_FILE_CORRUPT naming file and tensor
 */
export function parseHeader(file: string, text: string, headerBytes: number, fileBytes: number): SafetensorsHeader {
  const { [metadataKey]: metadata, ...tensors } = parseObject(file, text);
  const start = prefixBytes + headerBytes;
  const entries = Object.entries(tensors).map(([name, value]) => parseEntry(file, name, value, start));
  assertContiguous(file, entries, start, fileBytes);
  return { file, metadata: parseMetadata(file, metadata), entries: new Map(entries.map((entry) => [entry.name, entry])) };
}

/** MODEL_FILE_CORRUPT of a safetensors file. */
export function corrupt(file: string, problem: string, field?: string, cause?: unknown): GramkitError {
  return new GramkitError('MODEL_FILE_CORRUPT', `this is no intact safetensors file: ${problem}`, {
    file, ...(field === undefined ? {} : { field }), ...(cause === undefined ? {} : { cause }), fix: 'copy or download the file again, or save it anew',
  });
}

function parseObject(file: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt(file, `its header is no JSON (${(cause as Error).message})`, undefined, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw corrupt(file, 'its header is no JSON object');
  return value as Record<string, unknown>;
}

function parseMetadata(file: string, value: unknown): Readonly<Record<string, string>> {
  const parsed = metadataSchema.safeParse(value ?? {});
  if (!parsed.success) throw corrupt(file, 'its metadata is no record of strings', metadataKey);
  return parsed.data;
}

function parseEntry(file: string, name: string, value: unknown, start: number): TensorEntry {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) throw corrupt(file, `the entry of tensor '${name}' is malformed: ${z.prettifyError(parsed.error)}`, name);
  const { dtype, shape, data_offsets: [begin, end] } = parsed.data;
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const expected = byteCount(dtype, count);
  if (expected === undefined) throw corrupt(file, `tensor '${name}' of shape [${shape.join(', ')}] has the unknown type ${dtype}, or fills no whole bytes`, name);
  if (end - begin !== expected) {
    throw corrupt(file, `tensor '${name}' of type ${dtype} and shape [${shape.join(', ')}] needs ${expected} bytes, its offsets ${begin} to ${end} hold ${end - begin}`, name);
  }
  return { name, elementType: dtype, shape, begin: start + begin, end: start + end };
}

function assertContiguous(file: string, entries: readonly TensorEntry[], start: number, fileBytes: number): void {
  const inOrder = [...entries].sort((left, right) => left.begin - right.begin || left.end - right.end);
  let covered = start;
  let previous = 'the header';
  for (const { name, begin, end } of inOrder) {
    if (end > fileBytes) throw corrupt(file, `it is cut off: tensor '${name}' ends at byte ${end}, the file at ${fileBytes}`, name);
    if (begin < covered) throw corrupt(file, `tensor '${name}' lies over ${previous}`, name);
    if (begin > covered) throw corrupt(file, `the ${begin - covered} bytes between ${previous} and tensor '${name}' belong to no tensor`, name);
    covered = end;
    previous = `tensor '${name}'`;
  }
  if (covered !== fileBytes) throw corrupt(file, `the ${fileBytes - covered} bytes after ${previous} belong to no tensor`);
}
