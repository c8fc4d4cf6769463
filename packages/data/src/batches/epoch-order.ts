import { hashStreams, permutation } from '../split/hash.js';

export interface EpochOrderOptions {
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
  readonly batchSize: number;
  /** Batches of the epoch. */
  readonly batches: number;
  /** How many batches' worth of windows are sorted by length together; 1 leaves the order of the hash as it is. */
  readonly lengthPool: number;
}

/** The batches of an epoch, by their place in it. */
export interface EpochOrder {
  /** The windows of a batch. */
  windowsOf(batch: number): Uint32Array;
  /** Predictions of a batch over the mean of the epoch's batches; nothing where batches are not pooled. */
  weightOf?(batch: number): number;
}

/**
 * Which windows make which batch of an epoch:
 * 1. the windows in the order of `hash32(seed, 2, epoch, window)`, ties by window; what is beyond the last batch is left out;
 * 2. cut into pools of `lengthPool * batchSize`, the last one smaller; each pool by length, ties by place in the order of 1;
 * 3. cut into batches; the batches of the whole epoch in the order of `hash32(seed, 8, epoch, batch)`, ties by batch, so that
 *    short and long ones are mixed.
 * With a `lengthPool` of 1 there is step 1 alone: the batches of the PyTorch peer.
 *
 * Batches of like lengths hold unlike numbers of predictions (a window of `n` has `n - 1`): were their mean losses to count alike, a prediction
 * of a short history would count many times one of a long history. Hence the weights.
 * @param lengths interactions of every window `[windows]`
 */
export function epochOrder(lengths: Uint32Array, { seed, epoch, batchSize, batches, lengthPool }: EpochOrderOptions): EpochOrder {
  const order = permutation(lengths.length, seed, hashStreams.order, epoch).subarray(0, batches * batchSize);
  const made = (batch: number): Uint32Array => order.subarray(batch * batchSize, (batch + 1) * batchSize);
  if (lengthPool === 1) return { windowsOf: made };
  for (let first = 0; first < order.length; first += lengthPool * batchSize) {
    // In place and stable: memory outside the JavaScript heap is freed late, and an epoch may have many pools.
    order.subarray(first, first + lengthPool * batchSize).sort((a, b) => lengths[a]! - lengths[b]!);
  }
  const batchOrder = permutation(batches, seed, hashStreams.batchOrder, epoch);
  const windowsOf = (batch: number): Uint32Array => made(batchOrder[batch]!);
  const mean = predictionsOf(order, lengths) / batches;
  return { windowsOf, weightOf: (batch) => predictionsOf(windowsOf(batch), lengths) / mean };
}

function predictionsOf(windows: Uint32Array, lengths: Uint32Array): number {
  return windows.reduce((sum, window) => sum + lengths[window]! - 1, 0);
}
