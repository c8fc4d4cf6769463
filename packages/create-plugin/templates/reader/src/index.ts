import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { type DatasetReader, definePlugin, GramkitError, type InteractionChunk, type ItemContent, specificationVersion, tokens } from '@gramkit/spec';
import { z } from 'zod';

/** What a configuration can say beside `use: plugin-name`. Strict: a key that is not here is refused. */
export const readerOptions = z.strictObject({
  items: z.string().min(1).describe('File of items, relative to the configuration: on each line an id, a tab and the text.'),
  answers: z.string().min(1).describe("File of answers, relative to the configuration: on each line a user, a tab, an item's id, a tab, and 1 (right) or 0 (wrong); a user's in time order."),
});
export type ReaderOptions = z.output<typeof readerOptions>;

/** Raised when the same files would give another data set. */
const formatVersion = 1;

/** Lines in a stretch: a data set is never in memory as a whole. */
const linesAtOnce = 1024;

interface Line {
  readonly number: number;
  readonly cells: readonly string[];
}

/** Reads knowledge-tracing data from two files of tab-separated lines. */
export function createReader(options: ReaderOptions, baseDirectory: string): DatasetReader {
  const [items, answers] = [options.items, options.answers].map((file) => path.resolve(baseDirectory, file)) as [string, string];
  return {
    specificationVersion,
    kind: 'reader',
    name: 'plugin-name',
    task: 'knowledge-tracing',
    fingerprint: () => fingerprintOf([items, answers]),
    async *items(): AsyncGenerator<ItemContent[]> {
      for await (const lines of stretchesOf(items, 2)) yield lines.map(({ cells: [id, text] }) => ({ id: id!, fields: { text: text! } }));
    },
    async *interactions(): AsyncGenerator<InteractionChunk> {
      for await (const lines of stretchesOf(answers, 3)) {
        yield {
          userIds: lines.map(({ cells }) => cells[0]!),
          itemIds: lines.map(({ cells }) => cells[1]!),
          responses: Uint8Array.from(lines, (line) => responseOf(line, answers)),
        };
      }
    },
    dispose: () => undefined,
  };
}

function responseOf({ number, cells }: Line, file: string): number {
  const response = cells[2]!.trim();
  if (response === '0' || response === '1') return Number(response);
  throw new GramkitError('DATA_MALFORMED', `the answer is '${response}', expected 1 (right) or 0 (wrong)`, { file, line: number, fix: 'Correct the line.' });
}

/** The lines of a file that are not empty, cut into cells, in stretches. */
async function* stretchesOf(file: string, cellCount: number): AsyncGenerator<Line[]> {
  let stretch: Line[] = [];
  let number = 0;
  for await (const text of (await openFile(file)).readLines({ encoding: 'utf8' })) {
    number++;
    if (text.trim() === '') continue;
    stretch.push({ number, cells: cellsOf(text, cellCount, file, number) });
    if (stretch.length < linesAtOnce) continue;
    yield stretch;
    stretch = [];
  }
  if (stretch.length > 0) yield stretch;
}

function cellsOf(text: string, count: number, file: string, line: number): readonly string[] {
  const cells = text.split('\t');
  if (cells.length === count && cells.every((cell) => cell.trim() !== '')) return cells;
  throw new GramkitError('DATA_MALFORMED', `expected ${count} values separated by tabs, none of them empty; found ${cells.length}`, { file, line, fix: 'Correct the line.' });
}

/** Of all that stands in the files: one that changes is imported anew. */
async function fingerprintOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`plugin-name ${formatVersion}`);
  for (const file of files) {
    const own = createHash('sha256');
    for await (const bytes of (await openFile(file)).createReadStream()) own.update(bytes as Buffer);
    hash.update(own.digest());
  }
  return hash.digest('hex');
}

/** Closed by whoever reads it to its end. @throws GramkitError DATA_MISSING */
async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file);
  } catch (cause) {
    throw new GramkitError('DATA_MISSING', `the file cannot be read: ${(cause as Error).message}`, { file, fix: "Correct the path in the section 'data' of the configuration.", cause });
  }
}

export default definePlugin({
  specificationVersion: 1,
  kind: 'reader',
  name: 'plugin-name',
  task: 'knowledge-tracing',
  description: 'plugin-description',
  options: readerOptions,
  dependencies: { baseDirectory: tokens.baseDirectory },
  create: ({ options, baseDirectory }) => createReader(options, baseDirectory),
});
