import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { definePlugin, GramkitError, tokens, type DatasetReader, type InteractionChunk, type ItemContent, type Task } from '@gramkit/spec';
import { z } from 'zod';
import type { ReaderPlugin } from '../reader-trial.js';

/** What can be wrong with it. */
export type LinesBug =
  | 'is called otherwise' | 'has another task' | 'lists an item twice' | 'names unknown items' | 'gives a time too many' | 'gives all at once'
  | 'gives responses of 2' | 'turns time around' | 'holds out single interactions' | 'reads other texts later' | 'fingerprints names' | 'fingerprints the clock'
  | 'goes on counting' | 'names no line' | 'is disposed once' | 'throws plain errors';

/** Interactions in a chunk. */
const chunkSize = 3;

interface Answer {
  readonly user: string;
  readonly item: string;
  readonly response: number;
  readonly time: number;
}

/**
 * A file of tab-separated lines: `item ID TEXT`, then `answer USER ITEM RESPONSE TIME`, a user's in the order of time. Answers to unknown
 * items are left out and counted. Has a bug where it is asked for one.
 */
class LinesReader implements DatasetReader {
  readonly specificationVersion = 1;
  readonly kind = 'reader';
  readonly name: string;
  readonly task: Task = 'knowledge-tracing';
  #unknown = 0;
  #readings = 0;
  #disposed = false;

  constructor(private readonly file: string, private readonly bug?: LinesBug) {
    this.name = bug === 'is called otherwise' ? 'rows' : 'lines';
  }

  async fingerprint(): Promise<string> {
    const content = this.bug === 'fingerprints names' ? this.file.split('/').at(-1)! : await this.#text();
    const clock = this.bug === 'fingerprints the clock' ? String(Math.random()) : '';
    return createHash('sha256').update(content).update(clock).digest('hex');
  }

  async *items(): AsyncGenerator<readonly ItemContent[]> {
    const items = await this.#items();
    yield this.bug === 'lists an item twice' ? [...items, items[0]!] : items;
  }

  async *interactions(): AsyncGenerator<InteractionChunk> {
    if (this.bug !== 'goes on counting') this.#unknown = 0;
    const known = new Set((await this.#items()).map(({ id }) => id));
    let answers: Answer[] = [];
    for (const answer of await this.#answers()) {
      if (known.has(answer.item) || this.bug === 'names unknown items') answers.push(answer);
      else this.#unknown++;
      if (answers.length < chunkSize || this.bug === 'gives all at once') continue;
      yield this.#chunkOf(answers);
      answers = [];
    }
    if (answers.length > 0) yield this.#chunkOf(answers);
  }

  leftOut(): Readonly<Record<string, number>> {
    return { 'answers to unknown items': this.#unknown };
  }

  dispose(): void {
    if (this.bug === 'is disposed once' && this.#disposed) throw new TypeError('the file is closed already');
    this.#disposed = true;
  }

  #chunkOf(answers: readonly Answer[]): InteractionChunk {
    const { bug } = this;
    const times = answers.map(({ time }) => (bug === 'turns time around' ? -time : time));
    return {
      userIds: answers.map(({ user }) => user),
      itemIds: answers.map(({ item }) => item),
      responses: Uint8Array.from(answers, ({ response }) => (bug === 'gives responses of 2' ? 2 * response : response)),
      times: Float64Array.from(bug === 'gives a time too many' ? [...times, 0] : times),
      heldOut: Uint8Array.from(answers, ({ user, time }) => Number(bug === 'holds out single interactions' ? time % 2 === 0 : user === 'v')),
    };
  }

  async #items(): Promise<ItemContent[]> {
    const reading = this.bug === 'reads other texts later' ? ` (${this.#readings++})` : '';
    return (await this.#lines()).flatMap(({ cells: [kind, id, text] }) => (kind === 'item' ? [{ id: id!, fields: { text: text! + reading } }] : []));
  }

  async #answers(): Promise<Answer[]> {
    return (await this.#lines()).flatMap(({ cells: [kind, user, item, response, time], line }) => {
      if (kind !== 'answer') return [];
      if (response === '0' || response === '1') return [{ user: user!, item: item!, response: Number(response), time: Number(time) }];
      throw new GramkitError('DATA_MALFORMED', `the response is '${response}', expected 0 or 1`, { file: this.file, ...(this.bug !== 'names no line' && { line }), fix: 'correct the line' });
    });
  }

  async #lines(): Promise<{ readonly cells: readonly string[]; readonly line: number }[]> {
    return (await this.#text()).split('\n').map((text, index) => ({ cells: text.split('\t'), line: index + 1 }));
  }

  async #text(): Promise<string> {
    return readFile(this.file, 'utf8').catch((cause: unknown) => {
      if (this.bug === 'throws plain errors') throw cause;
      throw new GramkitError('DATA_MISSING', 'the file cannot be read', { file: this.file, cause, fix: 'correct the path' });
    });
  }
}

export function linesPlugin(bug?: LinesBug, { strict = true }: { readonly strict?: boolean } = {}): ReaderPlugin {
  const options = { file: z.string().describe('File of items and answers.') };
  return definePlugin({
    specificationVersion: 1,
    kind: 'reader',
    name: 'lines',
    description: 'Of the tests alone.',
    task: bug === 'has another task' ? 'recommendation' : 'knowledge-tracing',
    options: strict ? z.strictObject(options) : z.object(options),
    dependencies: { baseDirectory: tokens.baseDirectory },
    create: ({ options: { file }, baseDirectory }) => new LinesReader(join(baseDirectory, file), bug),
  });
}

/** Bugs, and the one check that must find each. */
export const plantedBugs: readonly { readonly check: string; readonly bug: string; readonly plugin: ReaderPlugin }[] = [
  ...([
    ['declares what it is', 'is called otherwise'],
    ['agrees on its task', 'has another task'],
    ['gives items with ids and fields', 'lists an item twice'],
    ['names known items', 'names unknown items'],
    ['gives whole columns in bounded chunks', 'gives a time too many'],
    ['gives whole columns in bounded chunks', 'gives all at once'],
    ['gives responses of 0 and 1', 'gives responses of 2'],
    ['orders the events of a user by time', 'turns time around'],
    ['holds out whole users or last impressions', 'holds out single interactions'],
    ['reads the same twice', 'reads other texts later'],
    ['has a fingerprint of its content', 'fingerprints names'],
    ['has a fingerprint of its content', 'fingerprints the clock'],
    ['counts what it leaves out anew in every reading', 'goes on counting'],
    ['refuses malformed rows with file and line', 'names no line'],
    ['can be disposed twice', 'is disposed once'],
    ['throws errors with codes', 'throws plain errors'],
  ] as const).map(([check, bug]) => ({ check, bug, plugin: linesPlugin(bug) })),
  { check: 'refuses unknown options', bug: 'has a schema that is not strict', plugin: linesPlugin(undefined, { strict: false }) },
];
