import { GramkitError, type ImpressionChunk } from '@gramkit/spec';
import type { LeftOut } from './left-out.js';
import { numberedLines, type NumberedLine } from './numbered-lines.js';

const behaviorsHelp = 'an impression is a line of its number, user, time, history and candidates, tabs between them; a history is news ids, candidates are news ids with -1 (clicked) or -0 behind, spaces between them';
const columnCount = 5;

/** Impressions in a chunk. */
const chunkLength = 512;

/** A file of impressions, and whether they are held out for the test. */
export interface BehaviorsFile {
  readonly file: string;
  readonly heldOut: boolean;
}

/** One impression, without the news that there is no text of. */
interface Behavior {
  readonly user: string;
  readonly time: number;
  readonly history: string[];
  readonly candidates: string[];
  readonly clicks: number[];
}

/**
 * The impressions of files in MIND's format. News that are not in the catalogue are left out of histories and candidates and counted; so is an impression
 * of which no candidate is left.
 * @throws GramkitError DATA_MALFORMED with file and line, DATA_EMPTY for a file without impressions.
 */
export async function* readBehaviors(files: readonly BehaviorsFile[], catalogue: ReadonlySet<string>, leftOut: LeftOut): AsyncGenerator<ImpressionChunk> {
  const isSplit = files.some(({ heldOut }) => heldOut);
  for (const { file, heldOut } of files) {
    let chunk: Behavior[] = [];
    let lines = 0;
    for await (const line of numberedLines(file)) {
      if (line.text.trim() === '') continue;
      lines++;
      const behavior = known(parseBehavior(file, line), catalogue, leftOut);
      if (behavior === undefined || chunk.push(behavior) < chunkLength) continue;
      yield chunkOf(chunk, isSplit ? heldOut : undefined);
      chunk = [];
    }
    if (lines === 0) throw new GramkitError('DATA_EMPTY', 'there are no impressions', { file, fix: behaviorsHelp });
    if (chunk.length > 0) yield chunkOf(chunk, isSplit ? heldOut : undefined);
  }
}

function chunkOf(behaviors: readonly Behavior[], heldOut: boolean | undefined): ImpressionChunk {
  return {
    userIds: behaviors.map(({ user }) => user),
    histories: behaviors.map(({ history }) => history),
    candidates: behaviors.map(({ candidates }) => candidates),
    clicks: behaviors.map(({ clicks }) => Uint8Array.from(clicks)),
    times: Float64Array.from(behaviors, ({ time }) => time),
    ...(heldOut === undefined ? {} : { heldOut: new Uint8Array(behaviors.length).fill(heldOut ? 1 : 0) }),
  };
}

/** An impression of what the catalogue has; nothing where it shows nothing of it. */
function known({ user, time, history, candidates, clicks }: Behavior, catalogue: ReadonlySet<string>, leftOut: LeftOut): Behavior | undefined {
  const isKnown = (id: string): boolean => catalogue.has(id);
  const keptHistory = history.filter(isKnown);
  const keptCandidates = candidates.filter(isKnown);
  const keptClicks = clicks.filter((_, place) => isKnown(candidates[place]!));
  const clicksLost = sum(clicks) - sum(keptClicks);
  leftOut.add('clicks of histories whose news is missing or has no text', history.length - keptHistory.length);
  leftOut.add('clicked candidates whose news is missing or has no text', clicksLost);
  leftOut.add('other candidates whose news is missing or has no text', candidates.length - keptCandidates.length - clicksLost);
  if (keptCandidates.length > 0) return { user, time, history: keptHistory, candidates: keptCandidates, clicks: keptClicks };
  leftOut.add('impressions of which no candidate is left');
  return undefined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function parseBehavior(file: string, { number: line, text }: NumberedLine): Behavior {
  const columns = text.split('\t');
  if (columns.length !== columnCount) throw new GramkitError('DATA_MALFORMED', `the line has ${columns.length} columns, expected ${columnCount}`, { file, line, fix: behaviorsHelp });
  const [, user, time, history, shown] = columns.map((column) => column.trim()) as [string, string, string, string, string];
  if (user === '') throw new GramkitError('DATA_MALFORMED', 'the user is missing', { file, line, field: 'user', fix: behaviorsHelp });
  const candidates: string[] = [];
  const clicks: number[] = [];
  for (const candidate of wordsOf(shown)) {
    const [, id, clicked] = /^(.+)-([01])$/.exec(candidate) ?? refuseCandidate(candidate, file, line);
    candidates.push(id!);
    clicks.push(Number(clicked));
  }
  if (candidates.length === 0) throw new GramkitError('DATA_MALFORMED', 'the impression shows no news', { file, line, field: 'candidates', fix: behaviorsHelp });
  return { user, time: timeOf(time, file, line), history: wordsOf(history), candidates, clicks };
}

function refuseCandidate(candidate: string, file: string, line: number): never {
  throw new GramkitError('DATA_MALFORMED', `candidate '${candidate.slice(0, 40)}' does not end in -0 or -1`, {
    file, line, field: 'candidates', fix: "say of every candidate whether it was clicked; MIND's test set does not say it: use the validation set, and 'gram predict' for the test set",
  });
}

function wordsOf(list: string): string[] {
  return list === '' ? [] : list.split(/\s+/);
}

const timePattern = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2}) (AM|PM)$/i;

/** Milliseconds since 1970 of `11/15/2019 8:55:22 AM`, month first; MIND names no time zone, so UTC is as good as another. */
function timeOf(text: string, file: string, line: number): number {
  const parts = timePattern.exec(text);
  if (parts !== null) {
    const [month, day, year, hour, minute, second] = parts.slice(1, 7).map(Number) as [number, number, number, number, number, number];
    const time = Date.UTC(year, month - 1, day, (hour % 12) + (parts[7]!.toUpperCase() === 'PM' ? 12 : 0), minute, second);
    // A date that does not exist becomes another one.
    const exists = new Date(time).getUTCMonth() === month - 1 && new Date(time).getUTCDate() === day && hour >= 1 && hour <= 12 && minute < 60 && second < 60;
    if (exists) return time;
  }
  throw new GramkitError('DATA_MALFORMED', `the time is '${text.slice(0, 40)}', expected one such as 11/15/2019 8:55:22 AM, month first`, { file, line, field: 'time', fix: behaviorsHelp });
}
