import { describe, expect, it } from 'vitest';
import { hash32 } from '../split/hash.js';
import type { Split, SplitMethod } from '../split/split.js';
import { evaluationWindows, trainingWindows, windowsOfItems, type EvaluationWindows } from './windows.js';

const users = Array.from({ length: 50 }, (_, user) => user);
const historyLengths = Uint32Array.from(users, (user) => 1 + (hash32(1, user) % 40));
const firsts = users.map((user) => historyLengths.subarray(0, user).reduce((sum, length) => sum + length, 0));
const itemCount = 12;
const ofItem = Uint8Array.from({ length: itemCount }, (_, item) => (item < 2 ? 2 : item < 5 ? 1 : 0));
const itemAt = (position: number): number => hash32(9, position) % itemCount;

function splitOf(by: SplitMethod, more: Partial<Split> = {}): Split {
  const counts = { train: 0, validation: 0, test: 0 };
  const validationEnds = historyLengths.map((length, user) => hash32(2, user) % (length + 1));
  return {
    by, historyLengths, validationEnds, trainEnds: validationEnds.map((end, user) => hash32(3, user) % (end + 1)),
    users: counts, events: counts, testSource: 'order', fingerprint: '', ...more,
  };
}

async function* scan(): AsyncGenerator<Uint32Array> {
  const all = Uint32Array.from({ length: firsts.at(-1)! + historyLengths.at(-1)! }, (_, position) => 2 * itemAt(position));
  for (let first = 0; first < all.length; first += 7) yield Promise.resolve(all.subarray(first, first + 7));
}

const byItem = splitOf('unseen-items', { ofItem, trainEnds: historyLengths, validationEnds: historyLengths });

/** Positions in the store whose prediction each window counts, by the rule that batches follow. */
function countedBy(windows: EvaluationWindows, counts: (position: number) => boolean): number[][] {
  return Array.from({ length: windows.count }, (_, window) => {
    const [start, context, length] = [windows.starts[window]!, windows.contexts[window]!, windows.lengths[window]!];
    return Array.from({ length: length - context }, (_, offset) => start + context + offset).filter(counts);
  });
}

/** What holds of all windows that carry history. */
function expectWindows(windows: EvaluationWindows, windowLength: number, wanted: (user: number, offset: number) => boolean): void {
  const counts = (position: number): boolean => {
    const user = users.findLast((index) => firsts[index]! <= position)!;
    return wanted(user, position - firsts[user]!);
  };
  const counted = countedBy(windows, counts);
  // Every prediction of the part is counted once: the first interaction of a user is none.
  const expected = users.flatMap((user) => Array.from({ length: historyLengths[user]! }, (_, offset) => offset).filter((offset) => wanted(user, offset)).map((offset) => firsts[user]! + offset));
  const predicted = (position: number): boolean => !firsts.includes(position);
  expect(counted.flat().filter(predicted)).toEqual(expected.filter(predicted));
  for (let window = 0; window < windows.count; window++) {
    const [start, length, user] = [windows.starts[window]!, windows.lengths[window]!, windows.users[window]!];
    expect(length).toBeGreaterThanOrEqual(2);
    expect(length).toBeLessThanOrEqual(windowLength);
    expect([start >= firsts[user]!, start + length <= firsts[user]! + historyLengths[user]!]).toEqual([true, true]);
    // It begins to count at its first counted position, ends with its last one, and is filled up with history.
    expect(counted[window]![0]).toBe(start + windows.contexts[window]!);
    expect(counted[window]!.at(-1)).toBe(start + length - 1);
    expect(length).toBe(Math.min(windowLength, start + length - firsts[user]!));
    for (const position of counted[window]!) expect(position - start).toBeGreaterThanOrEqual(Math.min(position - firsts[user]!, Math.floor(windowLength / 2)));
  }
}

describe.each([2, 3, 8, 9, 100])('windows of %i', (windowLength) => {
  it.each(['validation', 'test'] as const)('that carry history count every prediction of the %s part once, after at least half a window', (part) => {
    const split = splitOf('time');
    const wanted = (user: number, offset: number): boolean => (part === 'test' ? offset >= split.validationEnds[user]! : offset >= split.trainEnds[user]! && offset < split.validationEnds[user]!);
    expectWindows(evaluationWindows(split, part, windowLength), windowLength, wanted);
  });

  it.each([['validation', 1], ['test', 2]] as const)('end in items of the %s part where items are held out', async (part, number) => {
    expectWindows(await windowsOfItems(byItem, part, windowLength, scan), windowLength, (user, offset) => ofItem[itemAt(firsts[user]! + offset)] === number);
  });

  it('by user are cut one after another, as in training', () => {
    const testUsers = historyLengths.map((length, user) => (user % 3 === 0 ? 0 : length));
    const split = splitOf('user', { trainEnds: testUsers, validationEnds: testUsers });
    const cutOf = (wanted: (user: number) => boolean): number[][] => users.filter(wanted).flatMap((user) =>
      Array.from({ length: Math.ceil(historyLengths[user]! / windowLength) }, (_, window) => window * windowLength)
        .map((offset) => [firsts[user]! + offset, Math.min(windowLength, historyLengths[user]! - offset)])
        .filter(([, length]) => length! >= 2));
    const listed = ({ count, starts, lengths }: Pick<EvaluationWindows, 'count' | 'starts' | 'lengths'>): number[][] => Array.from({ length: count }, (_, window) => [starts[window]!, lengths[window]!]);
    const evaluated = evaluationWindows(split, 'test', windowLength);
    expect(listed(evaluated)).toEqual(cutOf((user) => user % 3 === 0));
    expect(evaluated.contexts.every((context) => context === 0)).toBe(true);
    expect(listed(trainingWindows(historyLengths, testUsers, windowLength))).toEqual(cutOf((user) => user % 3 !== 0));
    expect(evaluationWindows(split, 'validation', windowLength).count).toBe(0);
  });
});

describe('training windows', () => {
  it('end where training ends', () => {
    const { trainEnds } = splitOf('time');
    const { starts, lengths, count } = trainingWindows(historyLengths, trainEnds, 8);
    const covered = Array.from({ length: count }, (_, window) => lengths[window]!).reduce((sum, length) => sum + length, 0);
    // All but the single interactions that are left over.
    expect(covered).toBe(trainEnds.reduce((sum, end) => sum + end - (end % 8 === 1 ? 1 : 0), 0));
    for (let window = 0; window < count; window++) {
      const user = users.findLast((index) => firsts[index]! <= starts[window]!)!;
      expect(starts[window]! + lengths[window]! - firsts[user]!).toBeLessThanOrEqual(trainEnds[user]!);
    }
  });
});

