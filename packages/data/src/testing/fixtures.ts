import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isGramkitError, specificationVersion, type DatasetReader, type GramkitError, type ImpressionChunk, type InteractionChunk, type ItemContent } from '@gramkit/spec';
import { onTestFinished } from 'vitest';
import { sortingMemoryLimit, withMemory } from '../store/database.js';
import { importDataset, type ImportOptions } from '../store/import-dataset.js';
import { openStore, type Store } from '../store/store.js';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gramkit-data-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files into a temporary folder and gives its path. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** A user, an item, a response. */
export type Row = readonly [user: string, item: string, response: number, more?: { time?: number; heldOut?: number; probability?: number }];

export function items(...ids: readonly string[]): ItemContent[] {
  return ids.map((id) => ({ id, fields: { text: `text of ${id}` } }));
}

/** A reader of what it is given, in chunks of `chunkSize`. */
export function readerOf(catalogue: readonly ItemContent[], rows: readonly Row[], chunkSize = 3): DatasetReader {
  return {
    specificationVersion, kind: 'reader', name: 'fixture', task: 'knowledge-tracing',
    fingerprint: () => Promise.resolve('fixture'),
    async *items() {
      for (let start = 0; start < catalogue.length; start += chunkSize) yield catalogue.slice(start, start + chunkSize);
    },
    async *interactions() {
      for (let start = 0; start < rows.length; start += chunkSize) yield chunkOf(rows.slice(start, start + chunkSize));
    },
    dispose: () => {},
  };
}

function chunkOf(rows: readonly Row[]): InteractionChunk {
  const has = (name: 'time' | 'heldOut' | 'probability') => rows.some(([, , , more]) => more?.[name] !== undefined);
  return {
    userIds: rows.map(([user]) => user),
    itemIds: rows.map(([, item]) => item),
    responses: Uint8Array.from(rows, ([, , response]) => response),
    ...(has('time') ? { times: Float64Array.from(rows, ([, , , more]) => more!.time!) } : {}),
    ...(has('heldOut') ? { heldOut: Uint8Array.from(rows, ([, , , more]) => more!.heldOut!) } : {}),
    ...(has('probability') ? { probabilities: Float32Array.from(rows, ([, , , more]) => more!.probability!) } : {}),
  };
}

/** Items that a user was shown, what was clicked before, and which of them were clicked. */
export interface Shown {
  readonly user: string;
  readonly history: readonly string[];
  readonly candidates: readonly string[];
  readonly clicked: readonly string[];
  readonly time?: number;
  readonly heldOut?: number;
  readonly probabilities?: readonly number[];
}

/** A reader of the impressions that it is given, in chunks of `chunkSize`. */
export function impressionReaderOf(catalogue: readonly ItemContent[], shown: readonly Shown[], chunkSize = 3): DatasetReader {
  return {
    ...readerOf(catalogue, [], chunkSize), task: 'recommendation',
    async *impressions() {
      for (let start = 0; start < shown.length; start += chunkSize) yield impressionChunkOf(shown.slice(start, start + chunkSize));
    },
  };
}

function impressionChunkOf(shown: readonly Shown[]): ImpressionChunk {
  const has = (name: 'time' | 'heldOut' | 'probabilities') => shown.some((impression) => impression[name] !== undefined);
  return {
    userIds: shown.map(({ user }) => user),
    histories: shown.map(({ history }) => history),
    candidates: shown.map(({ candidates }) => candidates),
    clicks: shown.map(({ candidates, clicked }) => Uint8Array.from(candidates, (item) => (clicked.includes(item) ? 1 : 0))),
    ...(has('time') ? { times: Float64Array.from(shown, ({ time }) => time!) } : {}),
    ...(has('heldOut') ? { heldOut: Uint8Array.from(shown, ({ heldOut }) => heldOut!) } : {}),
    ...(has('probabilities') ? { probabilities: shown.map(({ probabilities }) => Float32Array.from(probabilities!)) } : {}),
  };
}

/** Every impression of a store, in its order, and the number of its history. */
export async function impressionsOfStore(store: Store): Promise<(Pick<Shown, 'user' | 'history' | 'candidates' | 'clicked'> & { readonly historyNumber: number })[]> {
  const result = await withMemory(store.connection, sortingMemoryLimit, () => store.connection.runAndReadAll(`SELECT users.id, impressions.history, history_length, candidates,
      (SELECT coalesce(list(items.id ORDER BY h.rowid), []) FROM history_items AS h JOIN items ON items."row" = h.item WHERE h.history = impressions.history),
      (SELECT list(items.id ORDER BY c.rowid) FROM candidates AS c JOIN items ON items."row" = c.item WHERE c.impression = impressions.rowid),
      (SELECT coalesce(list(items.id ORDER BY c.rowid) FILTER (c.response = 1), []) FROM candidates AS c JOIN items ON items."row" = c.item WHERE c.impression = impressions.rowid)
    FROM impressions JOIN users USING ("user") ORDER BY impressions.rowid`));
  return (result.getRowsJson() as [string, number, number, number, string[], string[], string[]][]).map(([user, historyNumber, historyLength, count, history, candidates, clicked]) => {
    if (history.length !== historyLength || candidates.length !== count) throw new Error(`the impression says ${historyLength} and ${count} items, its lists have ${history.length} and ${candidates.length}`);
    return { user, historyNumber, history, candidates, clicked };
  });
}

/** Imports a reader into a store in a temporary folder and opens it until the test ends. */
export async function storeOf(reader: DatasetReader, options: ImportOptions = {}): Promise<Store> {
  const file = join(await temporaryFolder(), 'store.duckdb');
  await importDataset(reader, file, options);
  const store = await openStore(file);
  onTestFinished(() => store.close());
  return store;
}

/** Every interaction of a store, in its order. */
export async function rowsOfStore(store: Store): Promise<[string, string, number][]> {
  const result = await store.connection.runAndReadAll(`SELECT users.id, items.id, response FROM interactions
    JOIN users USING ("user") JOIN items ON items."row" = item ORDER BY interactions.rowid`);
  return result.getRowsJson() as [string, string, number][];
}

/** The GramkitError that a promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<GramkitError> {
  const outcome = await promise.then(() => undefined, (error: unknown) => error);
  if (!isGramkitError(outcome)) throw new Error(`expected a GramkitError, got ${String(outcome)}`);
  return outcome;
}

/** Everything that an iterable gives. */
export async function collect<Value>(iterable: AsyncIterable<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for await (const value of iterable) values.push(value);
  return values;
}
