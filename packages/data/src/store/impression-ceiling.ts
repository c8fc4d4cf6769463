import type { DuckDBConnection } from '@duckdb/node-api';
import { impressionAuc, impressionMetrics } from '../recommendation/impression-metrics.js';
import type { Ceiling } from './ceiling.js';
import { sortingMemoryLimit, withMemory } from './database.js';
import type { DatasetSummary } from './import-dataset.js';
import { numbersPerImpression, packedImpressions } from './packed-impressions.js';
import { optionalImpressionColumnsOf } from './schema.js';
import { scanTable } from './stream-columns.js';

/**
 * The ceiling of generated impressions: means over those that the data set holds out of the metrics of the true probabilities within each; an impression of
 * one class alone has none. On unseen items: the AUC among the candidates that no impression of training shows and no history of it has, where there are both
 * classes of them. Undefined where true probabilities or the data set's own split are not known, or nothing is held out.
 */
export async function impressionCeilingOf(connection: DuckDBConnection, { impressions, candidates, items }: DatasetSummary): Promise<Ceiling | undefined> {
  const { heldOut, probability } = await optionalImpressionColumnsOf(connection);
  if (!heldOut || !probability) return undefined;
  const heldOutFlags = new Uint8Array(impressions!);
  let impression = 0;
  for await (const packed of packedImpressions(connection, impressions!)) {
    for (let cell = numbersPerImpression - 1; cell < packed.length; cell += numbersPerImpression) heldOutFlags[impression++] = packed[cell]!;
  }
  if (!heldOutFlags.includes(1)) return undefined;
  const seen = await withMemory(connection, sortingMemoryLimit, () => itemsOfTraining(connection, items));
  const means = new CeilingMeans();
  let open = new ShownImpression();
  let current = 0;
  const end = (): void => {
    if (heldOutFlags[current] === 1) means.add(open);
  };
  for await (const [numbers, shown, responses, probabilities] of scanTable(connection, 'impression, item, response, probability', 'candidates', candidates!)) {
    for (let row = 0; row < numbers!.length; row++) {
      if (numbers![row] !== current) {
        end();
        open = new ShownImpression();
        current = numbers![row] as number;
      }
      open.add(seen[shown![row] as number] === 0, responses![row] as number, probabilities![row] as number);
    }
  }
  end();
  return means.result();
}

async function itemsOfTraining(connection: DuckDBConnection, items: number): Promise<Uint8Array> {
  const seen = new Uint8Array(items);
  const rows = await connection.runAndReadAll(`SELECT DISTINCT item FROM candidates JOIN impressions ON impressions.rowid = candidates.impression WHERE NOT held_out
    UNION SELECT DISTINCT item FROM history_items JOIN (SELECT DISTINCT history FROM impressions WHERE NOT held_out) USING (history)`);
  for (const [item] of rows.getRowsJson()) seen[Number(item)] = 1;
  return seen;
}

/** The candidates of one impression, an entry each. */
class ShownImpression {
  readonly probabilities: number[] = [];
  readonly clicked: number[] = [];
  readonly unseen: boolean[] = [];

  add(unseen: boolean, clicked: number, probability: number): void {
    this.probabilities.push(probability);
    this.clicked.push(clicked);
    this.unseen.push(unseen);
  }
}

const ranking = ['auc', 'reciprocalRank', 'ndcgAt5', 'ndcgAt10'] as const;

/** Means over the impressions that have candidates of both classes. */
class CeilingMeans {
  readonly #sums = { auc: 0, reciprocalRank: 0, ndcgAt5: 0, ndcgAt10: 0 };
  #impressions = 0;
  #unseenSum = 0;
  #unseenImpressions = 0;

  add({ probabilities, clicked, unseen }: ShownImpression): void {
    const measured = impressionMetrics(probabilities, clicked);
    if (measured === undefined) return;
    this.#impressions++;
    for (const name of ranking) this.#sums[name] += measured[name];
    const isUnseen = (_: number, candidate: number): boolean => unseen[candidate]!;
    const auc = impressionAuc(probabilities.filter(isUnseen), clicked.filter(isUnseen));
    if (auc === undefined) return;
    this.#unseenImpressions++;
    this.#unseenSum += auc;
  }

  result(): Ceiling {
    const mean = (name: (typeof ranking)[number]): number => this.#sums[name] / this.#impressions;
    return {
      auc: mean('auc'),
      unseenAuc: this.#unseenSum / this.#unseenImpressions,
      interactions: this.#impressions,
      unseenInteractions: this.#unseenImpressions,
      ranking: { meanReciprocalRank: mean('reciprocalRank'), ndcgAt5: mean('ndcgAt5'), ndcgAt10: mean('ndcgAt10') },
    };
  }
}
