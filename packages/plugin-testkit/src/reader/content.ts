import type { DatasetReader, Task } from '@gramkit/spec';
import { demand } from '../check.js';
import { byUser, readAll, type ReadEvent } from './reading.js';
import type { ReaderSubject } from './reader-subject.js';
import type { ReaderPlugin } from './reader-trial.js';

/** The task of the plugin, of its options and of what is read. */
export async function agreesOnItsTask(plugin: ReaderPlugin, subject: ReaderSubject, reader: DatasetReader): Promise<void> {
  const { task, taskOf } = plugin as ReaderPlugin & { taskOf?(options: unknown): Task };
  const said = task ?? taskOf?.(await plugin.options.parseAsync(subject.options ?? {}));
  demand(said === undefined || said === reader.task, `the plugin says that the task is '${said}', its reader that it is '${reader.task}'`, 'give both the same: `task` of the plugin, or `taskOf` where its options choose.');
  if (reader.impressions === undefined) return;
  demand(reader.task === 'recommendation', `a reader of '${reader.task}' has impressions`, "leave `impressions` out, or make the task 'recommendation'.");
  for await (const chunk of reader.interactions()) demand(chunk.userIds.length === 0, 'there are interactions beside impressions', 'let `interactions` give nothing where the data set has impressions.');
}

/** Ids that are no two alike, and texts by name. */
export async function givesItems(reader: DatasetReader): Promise<void> {
  const { items } = await readAll(reader);
  demand(items.length > 0, 'there are no items', 'give the subject a data set that has some.');
  const seen = new Set<string>();
  for (const { id, fields } of items) {
    demand(typeof id === 'string' && id !== '', `an item has the id ${JSON.stringify(id)}`, 'give every item an id that is a string and not empty.');
    demand(!seen.has(id), `the item '${id}' is there twice`, 'give every item once, or refuse the data set with DATA_MALFORMED.');
    demand(Object.keys(fields).length > 0 && Object.values(fields).every((text) => typeof text === 'string'), `the item '${id}' has the fields ${JSON.stringify(fields)}`, 'give named fields (`text`, `title`, …) whose values are strings, empty ones where there is no text.');
    seen.add(id);
  }
}

export async function namesKnownItems(reader: DatasetReader): Promise<void> {
  const { items, events } = await readAll(reader);
  demand(events.length > 0, 'there are neither interactions nor impressions', 'give the subject a data set that has some.');
  const known = new Set(items.map(({ id }) => id));
  const unknown = events.flatMap(({ items: shown, history }) => [...shown, ...history]).find((id) => !known.has(id));
  demand(unknown === undefined, `the item '${unknown}' is named in an event and is not among the items`, 'leave such events out and count them in `leftOut`, or refuse the data set with DATA_MALFORMED.');
}

/** Chunks are whole and no larger than they may be. */
export async function givesWholeColumns(reader: DatasetReader, { maximumChunk = 100_000 }: ReaderSubject): Promise<void> {
  const { problems, chunks } = await readAll(reader);
  demand(problems.length === 0, problems.join('; '), 'give one entry an event in every column, and the same columns in every chunk.');
  const largest = Math.max(0, ...chunks);
  demand(largest <= maximumChunk, `a chunk holds ${largest} events; ${maximumChunk} may be held in memory together`, 'yield a chunk whenever some thousand events are read, and never collect a whole file.');
}

/** Numbers that can only be 0 or 1, and probabilities. */
export async function givesResponses(reader: DatasetReader): Promise<void> {
  const clicksAlone = reader.task === 'recommendation' && reader.impressions === undefined;
  for (const { user, items, responses, probabilities } of (await readAll(reader)).events) {
    demand(items.length > 0 && responses.length === items.length, `an event of '${user}' has ${items.length} items and ${responses.length} responses`, 'give one response (`clicks` of an impression) for each item that was shown, and no event without items.');
    demand(responses.every((response) => response === 0 || response === 1), `an event of '${user}' has the responses ${responses.join(', ')}`, 'give 1 for correct or clicked, 0 for not; refuse other values with DATA_MALFORMED.');
    demand(!clicksAlone || responses.every((response) => response === 1), `an interaction of '${user}' is no click`, 'in recommendation give clicks alone as interactions, or `impressions` where you know what else was shown.');
    demand(probabilities?.every((value) => value >= 0 && value <= 1) ?? true, `an event of '${user}' has the probabilities ${probabilities?.join(', ')}`, 'give the true probability of a response of 1, from 0 to 1, or leave the column out.');
  }
}

/** A user's events come in time order. */
export async function ordersByTime(reader: DatasetReader): Promise<void> {
  for (const [user, events] of byUser((await readAll(reader)).events)) {
    events.forEach(({ time }, place) => {
      if (time === undefined) return;
      demand(Number.isFinite(time), `an event of '${user}' has the time ${time}`, 'give finite numbers, or refuse the data set with DATA_MALFORMED.');
      const before = place === 0 ? undefined : events[place - 1]!.time;
      demand(before === undefined || before <= time, `an event of '${user}' at ${time} comes after one at ${before}`, "sort a user's events by time before they are given, ties in the order of the file.");
    });
  }
}

/** Whole users, or the last impressions of each. */
export async function holdsOut(reader: DatasetReader): Promise<void> {
  for (const [user, events] of byUser((await readAll(reader)).events)) {
    const flags = events.flatMap(({ heldOut }: ReadEvent) => (heldOut === undefined ? [] : [heldOut]));
    demand(flags.every((flag) => flag === 0 || flag === 1), `\`heldOut\` of '${user}' is ${flags.join(', ')}`, 'give 1 where the data set holds out for testing, else 0.');
    if (reader.impressions === undefined) demand(new Set(flags).size <= 1, `'${user}' is held out in some interactions and not in others`, "hold a user out altogether, or leave the column out: Gramkit splits by users.");
    else demand(flags.every((flag, place) => place === 0 || flag >= flags[place - 1]!), `an impression of '${user}' that is not held out comes after one that is`, "hold out the last impressions of a user.");
  }
}
