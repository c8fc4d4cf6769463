import type { DatasetReader } from '@gramkit/spec';
import { demand } from '../check.js';
import type { ReaderSubject } from './reader-subject.js';
import { withReader, type ReaderPlugin } from './reader-trial.js';
import { readAll } from './reading.js';

/** A second reading, and one after a reading that was left off, give what the first gave. */
export async function readsTheSameTwice(reader: DatasetReader): Promise<void> {
  const first = await readAll(reader);
  demand(same(await readAll(reader), first), 'a second reading gives something else than the first', 'begin every reading at the beginning: keep no position in the component, draw nothing without a seed, and take no order from an unordered set.');
  await leaveOff(reader.items());
  await leaveOff(reader.impressions?.() ?? reader.interactions());
  demand(same(await readAll(reader), first), 'after a reading that was left off, the next gives something else', 'close files in a finally block of the generator, and keep no position in the component.');
}

/** The same for the same content, another one for another. */
export async function fingerprintsItsContent(plugin: ReaderPlugin, subject: ReaderSubject): Promise<void> {
  const [first, again] = await withReader(plugin, subject, async (reader) => [await reader.fingerprint(), await reader.fingerprint()]);
  const second = await withReader(plugin, subject, (reader) => reader.fingerprint());
  demand(typeof first === 'string' && first !== '', `the fingerprint is ${JSON.stringify(first)}`, 'give a hash of the content, as a string.');
  demand(again === first && second === first, 'the same data set has another fingerprint the second time', 'hash the content of files and the options that decide what is read of them: no clock, nothing random.');
  const other = await withReader(plugin, subject, (reader) => reader.fingerprint(), subject.other);
  demand(other !== first, 'the data set of `other` has the same fingerprint', 'hash what the files hold, not what they are called, and every option that decides what is read; or give `other` of the subject something else to read.');
}

/** Counts are of one reading. */
export async function countsWhatItLeavesOut(reader: DatasetReader): Promise<void> {
  const counts: string[] = [];
  for (let reading = 0; reading < 2; reading++) {
    await readAll(reader);
    const leftOut = reader.leftOut?.() ?? {};
    const wrong = Object.entries(leftOut).find(([, count]) => !Number.isInteger(count) || count < 0);
    demand(wrong === undefined, `\`leftOut\` says '${wrong?.[0]}': ${wrong?.[1]}`, 'give whole numbers by reason.');
    counts.push(JSON.stringify(leftOut));
  }
  demand(counts[0] === counts[1], `after one reading \`leftOut\` is ${counts[0]}, after two ${counts[1]}`, 'begin to count anew with every reading.');
}

/** As a loop does that is left in its first round. */
async function leaveOff(iterable: AsyncIterable<unknown>): Promise<void> {
  const iterator = iterable[Symbol.asyncIterator]();
  await iterator.next();
  await iterator.return?.();
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
