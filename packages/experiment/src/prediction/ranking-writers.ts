import { extname } from 'node:path';
import { type AskedImpression, OutputFile, ParquetWriter } from '@gramkit/data';
import { GramkitError } from '@gramkit/spec';

/** The candidates of an impression with their scores, in their own order. */
export interface ScoredImpression {
  readonly impression: AskedImpression;
  readonly scores: readonly number[];
}

/** Writes rankings in the order they come. */
export interface RankingWriter {
  write(scored: readonly ScoredImpression[]): Promise<void>;
  finish(): Promise<void>;
  /** Leaves nothing behind; after `finish` nothing happens. */
  discard(): Promise<void>;
}

const endings = ['.jsonl', '.parquet', '.txt'] as const;
type RankingFileEnding = (typeof endings)[number];

/** @throws GramkitError USAGE for an ending that is no format of ours. */
export function rankingFileEnding(file: string): RankingFileEnding {
  const ending = extname(file).toLowerCase();
  const known = endings.find((candidate) => candidate === ending);
  if (known !== undefined) return known;
  throw new GramkitError('USAGE', `'${file}' ends with '${ending}', which is no format for rankings`, { alternatives: endings, fix: 'give the output one of these endings; .txt is the format of a submission to MIND' });
}

/**
 * Opens `file` for rankings by its ending. `.jsonl`: `{"id","user","ranking":[{"item","score"}]}` a line, the best first; `.parquet`: the columns `id`,
 * `user`, `items` and `scores`, the best first; `.txt`: MIND's submission, `id [rank,rank,…]`, the rank of each candidate from 1 in the order
 * in which they were given.
 * @throws GramkitError USAGE, OUTPUT_UNWRITABLE
 */
export async function openRankingWriter(file: string): Promise<RankingWriter> {
  const ending = rankingFileEnding(file);
  if (ending !== '.parquet') return lineWriter(await OutputFile.create(file), ending === '.txt' ? mindLine : jsonLine);
  const writer = await ParquetWriter.create(file, { id: 'text', user: 'text', items: 'texts', scores: 'numbers' });
  return {
    write: (scored) => writer.append(scored.map((one) => {
      const order = bestFirst(one.scores);
      return [one.impression.id, one.impression.user, order.map((place) => one.impression.candidates[place]!), order.map((place) => one.scores[place]!)];
    })),
    finish: () => writer.finish(),
    discard: () => writer.discard(),
  };
}

function lineWriter(output: OutputFile, lineOf: (scored: ScoredImpression) => string): RankingWriter {
  return {
    write: (scored) => output.append(scored.map((one) => `${lineOf(one)}\n`).join('')),
    finish: () => output.finish(),
    discard: () => output.discard(),
  };
}

function jsonLine({ impression: { id, user, candidates }, scores }: ScoredImpression): string {
  return JSON.stringify({ id, user, ranking: bestFirst(scores).map((place) => ({ item: candidates[place], score: scores[place] })) });
}

function mindLine({ impression: { id }, scores }: ScoredImpression): string {
  const ranks = new Array<number>(scores.length);
  bestFirst(scores).forEach((place, rank) => (ranks[place] = rank + 1));
  return `${id} [${ranks.join(',')}]`;
}

/** Places of scores from the highest to the lowest; of equal ones the first given goes first. */
function bestFirst(scores: readonly number[]): number[] {
  return [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
}
