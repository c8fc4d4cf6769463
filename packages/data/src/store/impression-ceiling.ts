import type { DuckDBConnection } from '@duckdb/node-api';
import type { Ceiling } from './ceiling.js';
import { sortingMemoryLimit, withMemory } from './database.js';
import type { DatasetSummary } from './import-dataset.js';
import { numbersPerImpression, packedImpressions } from './packed-impressions.js';
import { optionalImpressionColumnsOf } from './schema.js';
import { scanTable } from './stream-columns.js';

/**
 * The ceiling of generated impressions: the mean over those that the data set holds out of the AUC of the true probabilities within each; an impression of
 * one class alone has none. The unseen are those whose clicked items no impression of training shows and no history of it has. Undefined where true
 * probabilities or the data set's own split are not known, or nothing is held out.
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
  const all = new Mean();
  const unseen = new Mean();
  let open = new ShownImpression();
  let current = 0;
  const end = (): void => {
    const auc = heldOutFlags[current] === 1 ? open.areaUnderCurve() : Number.NaN;
    all.add(auc);
    if (open.clickedItems.every((item) => seen[item] === 0)) unseen.add(auc);
  };
  for await (const [numbers, shown, responses, probabilities] of scanTable(connection, 'impression, item, response, probability', 'candidates', candidates!)) {
    for (let row = 0; row < numbers!.length; row++) {
      if (numbers![row] !== current) {
        end();
        open = new ShownImpression();
        current = numbers![row] as number;
      }
      open.add(shown![row] as number, responses![row] === 1, probabilities![row] as number);
    }
  }
  end();
  return { auc: all.value, unseenAuc: unseen.value, interactions: all.count, unseenInteractions: unseen.count };
}

async function itemsOfTraining(connection: DuckDBConnection, items: number): Promise<Uint8Array> {
  const seen = new Uint8Array(items);
  const rows = await connection.runAndReadAll(`SELECT DISTINCT item FROM candidates JOIN impressions ON impressions.rowid = candidates.impression WHERE NOT held_out
    UNION SELECT DISTINCT item FROM history_items JOIN (SELECT DISTINCT history FROM impressions WHERE NOT held_out) USING (history)`);
  for (const [item] of rows.getRowsJson()) seen[Number(item)] = 1;
  return seen;
}

/** The candidates of one impression. */
class ShownImpression {
  readonly clickedItems: number[] = [];
  readonly #clicked: number[] = [];
  readonly #others: number[] = [];

  add(item: number, clicked: boolean, probability: number): void {
    (clicked ? this.#clicked : this.#others).push(probability);
    if (clicked) this.clickedItems.push(item);
  }

  /** Pairs won by the clicked one, ties one half; not a number where all are of one class. */
  areaUnderCurve(): number {
    let won = 0;
    for (const clicked of this.#clicked) for (const other of this.#others) won += clicked > other ? 1 : clicked === other ? 0.5 : 0;
    return won / (this.#clicked.length * this.#others.length);
  }
}

/** A mean over what is a number. */
class Mean {
  count = 0;
  #sum = 0;

  add(value: number): void {
    if (Number.isNaN(value)) return;
    this.count++;
    this.#sum += value;
  }

  get value(): number {
    return this.#sum / this.count;
  }
}
