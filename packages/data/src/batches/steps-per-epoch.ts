import { positive } from './positive.js';

/** Batches of an epoch over so many rows: a last one that is not full is left out where `dropLast` says so, unless it is the only one. */
export function stepsPerEpoch(rows: number, batchSize: number, dropLast: boolean): number {
  const batches = rows / positive(batchSize, 'batchSize');
  return dropLast && batches >= 1 ? Math.floor(batches) : Math.ceil(batches);
}
