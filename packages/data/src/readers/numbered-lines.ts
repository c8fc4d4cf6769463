import { createReadStream } from 'node:fs';
import { GramkitError } from '@gramkit/spec';

/** A line of a text file, without its end. */
export interface NumberedLine {
  /** One-based. */
  readonly number: number;
  readonly text: string;
}

const newline = 0x0a;

/**
 * The lines of a UTF-8 file, one by one; ends of line are LF or CRLF, a byte order mark is skipped.
 * @throws GramkitError DATA_MISSING where the file cannot be read, DATA_MALFORMED with the line of bytes that are not UTF-8.
 */
export async function* numberedLines(file: string): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let number = 0;
  for await (const bytes of byteLines(file)) {
    number++;
    try {
      yield { number, text: decoder.decode(bytes).replace(/\r$/, '') };
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      throw new GramkitError('DATA_MALFORMED', 'the line is not UTF-8 text', { file, line: number, cause, fix: 'convert the file to UTF-8' });
    }
  }
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
    yield* createReadStream(file) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw missingFile(file, cause);
  }
}

/** What is thrown for a file that cannot be read: `fix` where no configuration names it. */
export function missingFile(file: string, cause: unknown, fix = 'correct the path in the configuration; relative paths start from its folder'): GramkitError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new GramkitError('DATA_MISSING', `cannot be read (${reason})`, { file, cause, fix });
}
