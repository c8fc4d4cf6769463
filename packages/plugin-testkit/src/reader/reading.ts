import type { DatasetReader, ImpressionChunk, InteractionChunk, ItemContent } from '@gramkit/spec';

/** An interaction or an impression, out of the columns of its chunk. */
export interface ReadEvent {
  readonly user: string;
  /** Items that were answered, clicked or shown. */
  readonly items: readonly string[];
  /** Of each of them. */
  readonly responses: readonly number[];
  /** Of impressions. */
  readonly history: readonly string[];
  readonly time?: number;
  readonly heldOut?: number;
  readonly probabilities?: readonly number[];
}

/** Everything that a reader gives, as plain values. */
export interface Reading {
  readonly items: readonly ItemContent[];
  readonly events: readonly ReadEvent[];
  /** Events of each chunk. */
  readonly chunks: readonly number[];
  /** What is wrong with the columns of chunks. */
  readonly problems: readonly string[];
}

/** Reads a data set from its beginning to its end. A chunk is copied before the next one is asked for. */
export async function readAll(reader: DatasetReader): Promise<Reading> {
  const items: ItemContent[] = [];
  for await (const stretch of reader.items()) for (const { id, fields } of stretch) items.push({ id, fields: { ...fields } });
  const [events, chunks, problems]: [ReadEvent[], number[], string[]] = [[], [], []];
  const shapes = new Set<string>();
  for await (const { count, columns, eventOf } of chunksOf(reader)) {
    chunks.push(count);
    for (const [name, column] of Object.entries(columns)) if (column !== undefined && column.length !== count) problems.push(`'${name}' has ${column.length} entries for ${count} users`);
    shapes.add(Object.keys(columns).filter((name) => columns[name] !== undefined).join());
    for (let row = 0; row < count; row++) events.push(eventOf(row));
  }
  if (shapes.size > 1) problems.push(`some chunks have the columns ${Array.from(shapes).join(' and others ')}`);
  return { items, events, chunks, problems };
}

/** A chunk of either kind. */
interface Chunk {
  readonly count: number;
  readonly columns: Readonly<Record<string, ArrayLike<unknown> | undefined>>;
  readonly eventOf: (row: number) => ReadEvent;
}

async function* chunksOf(reader: DatasetReader): AsyncGenerator<Chunk> {
  for await (const chunk of reader.interactions()) yield interactionsOf(chunk);
  if (reader.impressions !== undefined) for await (const chunk of reader.impressions()) yield impressionsOf(chunk);
}

function interactionsOf(chunk: InteractionChunk): Chunk {
  const { userIds, itemIds, responses, times, heldOut, probabilities } = chunk;
  return {
    count: userIds.length,
    columns: { itemIds, responses, times, heldOut, probabilities },
    eventOf: (row) => ({ user: userIds[row]!, items: [itemIds[row]!], responses: [responses[row]!], history: [], ...common(chunk, row), ...(probabilities && { probabilities: [probabilities[row]!] }) }),
  };
}

function impressionsOf(chunk: ImpressionChunk): Chunk {
  const { userIds, histories, candidates, clicks, times, heldOut, probabilities } = chunk;
  return {
    count: userIds.length,
    columns: { histories, candidates, clicks, times, heldOut, probabilities },
    eventOf: (row) => ({ user: userIds[row]!, items: [...candidates[row]!], responses: [...clicks[row]!], history: [...histories[row]!], ...common(chunk, row), ...(probabilities && { probabilities: [...probabilities[row]!] }) }),
  };
}

function common({ times, heldOut }: Pick<InteractionChunk, 'times' | 'heldOut'>, row: number): Pick<ReadEvent, 'time' | 'heldOut'> {
  return { ...(times && { time: times[row]! }), ...(heldOut && { heldOut: heldOut[row]! }) };
}

/** Events by user, each user's in the order of the reading. */
export function byUser(events: readonly ReadEvent[]): ReadonlyMap<string, readonly ReadEvent[]> {
  const users = new Map<string, ReadEvent[]>();
  for (const event of events) {
    const own = users.get(event.user);
    if (own === undefined) users.set(event.user, [event]);
    else own.push(event);
  }
  return users;
}
