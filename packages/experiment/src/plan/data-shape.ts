import type { Batch, PreparedItems } from '@gramkit/spec';
import type { RunData } from '../trainer/run-data.js';

/** What decides the encoder's work on a data set: how often items come again. Batches are those of epoch 0. */
export interface DataShape {
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
  /** R over the data: interactions for each item, which bounds what multi-step GRAM saves. */
  readonly interactionsPerItem: number;
  /** Tokens of the whole catalogue, special tokens among them. */
  readonly catalogueTokens: number;
  readonly stepsPerEpoch: number;
  /** Batches that the following means are over, exactly. */
  readonly batches: number;
  /** Items that a batch refers to, each as often as it does: histories and candidates in recommendation. */
  readonly interactionsPerBatch: number;
  readonly uniqueItemsPerBatch: number;
  /** R of a batch: the mean number of interactions over that of unique items, which bounds what single-step GRAM saves. */
  readonly interactionsPerUniqueItem: number;
  readonly interactionTokensPerBatch: number;
  readonly uniqueTokensPerBatch: number;
  /** After each power of two of batches, and after the last that was looked at: how many different items and tokens they had. */
  readonly met: readonly ItemsMet[];
}

/** Items that the first batches of an epoch have, each counted once. */
export interface ItemsMet {
  readonly batches: number;
  readonly items: number;
  readonly tokens: number;
}

/** Measures the first `limit` batches of epoch 0; what a whole epoch meets is known without looking at all of them. */
export async function measureDataShape(data: RunData, catalogue: PreparedItems, limit: number): Promise<DataShape> {
  const sums = { interactions: 0, items: 0, interactionTokens: 0, tokens: 0 };
  const seen = new Set<number>();
  const met: ItemsMet[] = [];
  let seenTokens = 0;
  let batches = 0;
  const wanted = Math.min(limit, data.stepsPerEpoch);
  for await (const batch of data.trainBatches(0, 0)) {
    const { interactions, uniqueTokens, interactionTokens } = batchSizesOf(batch, catalogue);
    sums.interactions += interactions;
    sums.items += batch.itemIds.length;
    sums.tokens += uniqueTokens;
    sums.interactionTokens += interactionTokens;
    for (const item of batch.itemIds) {
      if (!seen.has(item)) seenTokens += catalogue.lengthOf(item);
      seen.add(item);
    }
    batches++;
    if ((batches & (batches - 1)) === 0 || batches === wanted) met.push({ batches, items: seen.size, tokens: seenTokens });
    if (batches === wanted) break;
  }
  if (wanted < data.stepsPerEpoch) met.push(metInEpoch(data, catalogue));
  const { users, items, interactions } = data.counts;
  return {
    users, items, interactions,
    interactionsPerItem: interactions / items,
    catalogueTokens: tokensOf(catalogue, Array.from({ length: catalogue.count }, (_, row) => row)),
    stepsPerEpoch: data.stepsPerEpoch,
    batches,
    interactionsPerBatch: sums.interactions / batches,
    uniqueItemsPerBatch: sums.items / batches,
    interactionsPerUniqueItem: sums.interactions / sums.items,
    interactionTokensPerBatch: sums.interactionTokens / batches,
    uniqueTokensPerBatch: sums.tokens / batches,
    met,
  };
}

/** Tokens of some rows of a catalogue. */
export function tokensOf(catalogue: PreparedItems, rows: Iterable<number>): number {
  let sum = 0;
  for (const row of rows) sum += catalogue.lengthOf(row);
  return sum;
}

/** Items that a batch refers to, as often as it does, and tokens, each item counted once and as often as that. */
export function batchSizesOf(batch: Batch, catalogue: PreparedItems): { readonly interactions: number; readonly uniqueTokens: number; readonly interactionTokens: number } {
  let interactions = 0;
  let interactionTokens = 0;
  for (const item of referredItems(batch)) {
    interactions++;
    interactionTokens += catalogue.lengthOf(item);
  }
  return { interactions, uniqueTokens: tokensOf(catalogue, batch.itemIds), interactionTokens };
}

/** Items as often as a batch refers to them. */
function* referredItems({ itemIds, references }: Batch): Generator<number> {
  for (const { data } of Object.values(references)) {
    for (const place of data) if (place >= 0) yield itemIds[place]!;
  }
}

/** All items that training meets. */
function metInEpoch({ stepsPerEpoch, seenInTraining }: RunData, catalogue: PreparedItems): ItemsMet {
  const rows = Array.from(seenInTraining.keys()).filter((row) => seenInTraining[row] === 1);
  return { batches: stepsPerEpoch, items: rows.length, tokens: tokensOf(catalogue, rows) };
}

/** Different items in `batches` batches: looked up, or between two numbers of them drawn along a straight line. */
export function itemsMetIn({ met }: Pick<DataShape, 'met'>, batches: number): ItemsMet {
  const above = met.findIndex((entry) => entry.batches >= batches);
  if (above === -1) return met.at(-1)!;
  const after = met[above]!;
  const before = above === 0 ? { batches: 0, items: 0, tokens: 0 } : met[above - 1]!;
  const share = (batches - before.batches) / (after.batches - before.batches);
  const between = (name: 'items' | 'tokens'): number => before[name] + share * (after[name] - before[name]);
  return { batches, items: between('items'), tokens: between('tokens') };
}
