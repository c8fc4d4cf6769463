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

/** Gives the windows of a batch, by its place in the epoch. */
export type WindowsOfBatch = (batch: number) => Uint32Array;

/**
 * Which windows make which batch of an epoch:
 * 1. the windows in the order of `hash32(seed, 2, epoch, window)`, ties by window; what is beyond the last batch is left out;
 * 2. cut into pools of `lengthPool * batchSize`, the last one smaller; each pool by length, ties by place in the order of 1;
 * 3. cut into batches; the batches of the whole epoch in the order of `hash32(seed, 8, epoch, batch)`, ties by batch, so that
 *    short and long ones are mixed.
 * With a `lengthPool` of 1 there is step 1 alone: the batches of the PyTorch peer.
 * @param lengths interactions of every window `[windows]`
 */
export function epochOrder(lengths: Uint32Array, { seed, epoch, batchSize, batches, lengthPool }: EpochOrderOptions): WindowsOfBatch {
  const order = permutation(lengths.length, seed, hashStreams.order, epoch).subarray(0, batches * batchSize);
  const windowsOf: WindowsOfBatch = (batch) => order.subarray(batch * batchSize, (batch + 1) * batchSize);
  if (lengthPool === 1) return windowsOf;
  for (let first = 0; first < order.length; first += lengthPool * batchSize) {
    // In place and stable: memory outside the JavaScript heap is freed late, and an epoch may have many pools.
    order.subarray(first, first + lengthPool * batchSize).sort((a, b) => lengths[a]! - lengths[b]!);
  }
  const batchOrder = permutation(batches, seed, hashStreams.batchOrder, epoch);
  return (batch) => windowsOf(batchOrder[batch]!);
}
