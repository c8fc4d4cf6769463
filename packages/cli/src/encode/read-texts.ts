import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { GramkitError } from '@gramkit/spec';

/** Endings of files that hold texts. */
export const textFileEndings = ['.txt', '.jsonl'] as const;
type TextFileEnding = (typeof textFileEndings)[number];

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** A text by the fields that a tokenizer reads. */
export type TextFields = Readonly<Record<string, string>>;

/**
 * The texts of a file, one after another: of a `.txt` every line, empty ones too, as the first of `fields`; of a `.jsonl` all of `fields` of every
 * line. Lines end with LF or CRLF; one at the very end starts no further text. UTF-8.
 * @throws GramkitError USAGE for another ending, DATA_MISSING, DATA_MALFORMED with the line.
 */
export async function* readTexts(file: string, fields: readonly string[] = ['text']): AsyncGenerator<TextFields> {
  const ending = textFileEnding(file);
  let line = 0;
  for await (const bytes of readLines(file)) {
    line++;
    const content = decode(bytes, file, line);
    yield ending === '.txt' ? Object.fromEntries(fields.map((field, index) => [field, index === 0 ? content : ''])) : fieldsOfRecord(content, fields, file, line);
  }
}

/** @throws GramkitError USAGE */
export function textFileEnding(file: string): TextFileEnding {
  const ending = extname(file).toLowerCase();
  const known = textFileEndings.find((candidate) => candidate === ending);
  if (known !== undefined) return known;
  throw new GramkitError('USAGE', `'${file}' ends with '${ending}', which is no file of texts`, {
    alternatives: textFileEndings,
    fix: "give a .txt with one text a line, or a .jsonl with a field 'text' in every line",
  });
}

/** Splits at LF alone, and strips a CR before it: U+2028 and its like are part of a text, though readline would split there. */
async function* readLines(file: string): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  for await (const chunk of openedStream(file)) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      yield withoutCarriageReturn(Buffer.concat([...pending, chunk.subarray(start, end)]));
      pending = [];
      start = end + 1;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  if (pending.length > 0) yield withoutCarriageReturn(Buffer.concat(pending));
}

async function* openedStream(file: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file) as AsyncIterable<Buffer>;
  } catch (cause) {
    if (!['ENOENT', 'EISDIR', 'EACCES'].includes((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
    throw new GramkitError('DATA_MISSING', `cannot read the texts (${(cause as Error).message})`, { file, fix: 'check the path given with --texts', cause });
  }
}

function withoutCarriageReturn(line: Buffer): Buffer {
  return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
}

function decode(bytes: Buffer, file: string, line: number): string {
  try {
    // Only at the start of a file is U+FEFF a byte order mark.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: line > 1 }).decode(bytes);
  } catch (cause) {
    throw new GramkitError('DATA_MALFORMED', 'the line is not UTF-8', { file, line, fix: 'save the file in the encoding UTF-8', cause });
  }
}

function fieldsOfRecord(content: string, fields: readonly string[], file: string, line: number): TextFields {
  const fix = `every line must be a JSON object such as {${fields.map((field) => `${JSON.stringify(field)}: "2 + 2 = ?"`).join(', ')}}`;
  let record: unknown;
  try {
    record = JSON.parse(content);
  } catch (cause) {
    throw new GramkitError('DATA_MALFORMED', `the line is not JSON (${(cause as Error).message})`, { file, line, fix, cause });
  }
  return Object.fromEntries(fields.map((field) => {
    const text = (record as Record<string, unknown> | null)?.[field];
    if (typeof text === 'string') return [field, text];
    throw new GramkitError('DATA_MALFORMED', `expected a string, found ${text === undefined ? 'nothing' : JSON.stringify(text)}`, { file, line, field, fix });
  }));
}
