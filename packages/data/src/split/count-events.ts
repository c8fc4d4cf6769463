import { HistoryCursor } from '../store/history-cursor.js';
import { packedInteractions } from '../store/packed-interactions.js';
import type { Store } from '../store/store.js';
import type { Split, SplitName } from './split.js';

type PerPart = Readonly<Record<SplitName, number>>;

/** How much of a data set each part has. */
export interface SplitCounts {
  /** Users with an event in the part. */
  readonly users: PerPart;
  readonly events: PerPart;
  /** Items of the part, only where items are held out. */
  readonly items?: PerPart;
}

/** Counts the parts; where items are held out, an interaction is of the part of its item. */
export async function countEvents(store: Store, historyLengths: Uint32Array, { trainEnds, validationEnds, ofItem }: Pick<Split, 'trainEnds' | 'validationEnds' | 'ofItem'>): Promise<SplitCounts> {
  if (ofItem === undefined) {
    const parts = new PartCounts();
    for (let user = 0; user < historyLengths.length; user++) {
      parts.add(user, 0, trainEnds[user]!);
      parts.add(user, 1, validationEnds[user]! - trainEnds[user]!);
      parts.add(user, 2, historyLengths[user]! - validationEnds[user]!);
    }
    return parts.counts();
  }
  return { ...(await countByItem(store, historyLengths, ofItem)), items: countItems(ofItem) };
}

async function countByItem(store: Store, historyLengths: Uint32Array, ofItem: Uint8Array): Promise<SplitCounts> {
  const parts = new PartCounts();
  const cursor = new HistoryCursor(historyLengths);
  let position = 0;
  for await (const packed of packedInteractions(store.connection, store.summary.interactions)) {
    for (const interaction of packed) parts.add(cursor.userAt(position++), ofItem[interaction >>> 1]!, 1);
  }
  return parts.counts();
}

function countItems(ofItem: Uint8Array): PerPart {
  const items = [0, 0, 0];
  for (const part of ofItem) items[part]!++;
  return named(items);
}

/** Counts events of users that come one after another. */
class PartCounts {
  readonly #events = [0, 0, 0];
  readonly #users = [0, 0, 0];
  readonly #latest = [-1, -1, -1];

  add(user: number, part: number, events: number): void {
    if (events === 0) return;
    this.#events[part]! += events;
    if (this.#latest[part] === user) return;
    this.#latest[part] = user;
    this.#users[part]!++;
  }

  counts(): Pick<SplitCounts, 'users' | 'events'> {
    return { users: named(this.#users), events: named(this.#events) };
  }
}

function named([train, validation, test]: readonly number[]): PerPart {
  return { train: train!, validation: validation!, test: test! };
}
