import { createReadStream } from 'node:fs';
import { GramkitError } from '@gramkit/spec';

/** A line of a file of word vectors. */
export interface WordVectorLine {
  readonly word: string;
  /** One-based. */
  readonly line: number;
  /** Numbers of the vector. */
  readonly dimension: number;
  /** The vector, read only now. @throws GramkitError MODEL_FILE_CORRUPT with the line of what is no number. */
  vector(): Float32Array;
}

const [newline, space, carriageReturn] = [0x0a, 0x20, 0x0d];

/**
 * The lines of a text file of word vectors, a word and its numbers separated by spaces: GloVe's `.txt`, or fastText's and word2vec's `.vec`,
 * whose first line holds the number of words and the length of a vector. Read as a stream: one line is in memory at a time.
 * A word may hold spaces, as some of GloVe's do.
 * @throws GramkitError MODEL_FILE_MISSING; MODEL_FILE_CORRUPT with the line, where it has another length than the first, or is not to be read,
 * and where there are fewer or more words than the first line says.
 */
export async function* wordVectorLines(file: string): AsyncGenerator<WordVectorLine> {
  let header: Header | undefined;
  let dimension: number | undefined;
  let line = 0;
  for await (const bytes of byteLines(file)) {
    line++;
    const trimmed = withoutEnd(bytes);
    if (line === 1) {
      header = headerOf(trimmed.toString('utf8'));
      dimension = header?.dimension ?? countSpaces(trimmed);
      if (dimension === 0) throw malformed(file, line, 'there is no word with numbers behind it');
      if (header !== undefined) continue;
    }
    yield parseLine(trimmed, file, line, dimension!);
  }
  const words = line - (header === undefined ? 0 : 1);
  if (words === 0) throw malformed(file, Math.max(line, 1), 'there are no word vectors in the file');
  if (header !== undefined && header.words !== words) throw malformed(file, 1, `the first line promises ${header.words} words, and there are ${words}`, 'download the file again; if you cut it yourself, write the number of words that are left into its first line');
}

interface Header {
  readonly words: number;
  readonly dimension: number;
}

function headerOf(text: string): Header | undefined {
  const [, words, dimension] = /^(\d+) (\d+)$/.exec(text) ?? [];
  return words === undefined ? undefined : { words: Number(words), dimension: Number(dimension) };
}

/** fastText ends its lines with a space. */
function withoutEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === space || bytes[end - 1] === carriageReturn)) end--;
  return bytes.subarray(0, end);
}

function countSpaces(bytes: Buffer): number {
  let spaces = 0;
  for (const byte of bytes) if (byte === space) spaces++;
  return spaces;
}

function parseLine(bytes: Buffer, file: string, line: number, dimension: number): WordVectorLine {
  const surplus = countSpaces(bytes) - dimension;
  let end = bytes.indexOf(space);
  for (let skipped = 0; skipped < surplus; skipped++) end = bytes.indexOf(space, end + 1);
  const word = surplus < 0 ? '' : bytes.toString('utf8', 0, end);
  // A word of several parts may follow its text, not a number too many.
  if (surplus < 0 || (surplus > 0 && word.split(' ').slice(1).some(isNumber))) {
    throw malformed(file, line, `the line has ${surplus + dimension} numbers, and a vector of this file has ${dimension}`);
  }
  return { word, line, dimension, vector: () => parseVector(bytes.toString('utf8', end + 1), file, line) };
}

function parseVector(text: string, file: string, line: number): Float32Array {
  const fields = text.split(' ');
  const wrong = fields.find((field) => !isNumber(field));
  if (wrong !== undefined) throw malformed(file, line, `'${wrong.slice(0, 40)}' is no number`);
  return Float32Array.from(fields, Number);
}

function isNumber(field: string): boolean {
  return field !== '' && Number.isFinite(Number(field));
}

function malformed(file: string, line: number, found: string, fix = 'give word vectors as text (GloVe .txt, fastText or word2vec .vec), unpacked: on each line a word and its numbers, separated by single spaces'): GramkitError {
  return new GramkitError('MODEL_FILE_CORRUPT', found, { file, line, fix });
}

/** Stretches of bytes between line ends; what follows the last of them counts where it is not empty. */
async function* byteLines(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of openFile(file)) {
    let begin = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, begin)) {
      yield rest.length === 0 ? chunk.subarray(begin, end) : Buffer.concat([...rest, chunk.subarray(begin, end)]);
      rest = [];
      begin = end + 1;
    }
    if (begin < chunk.length) rest.push(chunk.subarray(begin));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

async function* openFile(file: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new GramkitError('MODEL_FILE_MISSING', `word vectors cannot be read: ${(cause as Error).message}`, { file, cause, fix: 'correct the path in the configuration; relative paths start from its folder' });
  }
}
