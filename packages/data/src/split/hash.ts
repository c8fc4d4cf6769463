/**
 * Portable randomness: everything random that decides the work (split, order of batches) is a counter-based hash, so that
 * another language can replay it. The finalizer is that of MurmurHash3 (fmix32); the PyTorch peer computes the same.
 */

/** Which decision a hash is for. 6 belongs to the encoder's mini-batches. */
export const hashStreams = {
  split: 1, order: 2, negatives: 3, evaluationNegatives: 4, evaluationColumn: 5, validation: 7, batchOrder: 8,
  testItems: 9, validationItems: 10, validationNegatives: 11, validationColumn: 12,
} as const;

const goldenRatio = 0x9e3779b9;

function finalize(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Adds one key to a running hash, so that a common prefix of keys is hashed once. */
export function hashInto(hash: number, key: number): number {
  return finalize(((hash + goldenRatio) >>> 0) ^ key);
}

/** `h = 0; for key: h = fmix32((h + 0x9E3779B9 mod 2^32) xor key)`, an unsigned 32-bit number. Keys are taken modulo 2^32. */
export function hash32(...keys: readonly number[]): number {
  return keys.reduce(hashInto, 0);
}

/** The bound below which a hash falls with probability `fraction`. */
export function hashBound(fraction: number): number {
  return Math.floor(fraction * 2 ** 32);
}

/** The numbers `0 .. count-1` by ascending key (an unsigned 32-bit number), ties by number; 12 bytes a number while it sorts. */
export function sortedByKey(count: number, keyOf: (index: number) => number): Uint32Array {
  const pairs = new BigUint64Array(count);
  const halves = new Uint32Array(pairs.buffer);
  for (let index = 0; index < count; index++) {
    halves[2 * index + lowHalf] = index;
    halves[2 * index + 1 - lowHalf] = keyOf(index);
  }
  pairs.sort();
  const order = new Uint32Array(count);
  for (let index = 0; index < count; index++) order[index] = halves[2 * index + lowHalf]!;
  return order;
}

/** Position of the less significant half of a 64-bit number in memory. */
const lowHalf = new Uint32Array(BigUint64Array.of(1n).buffer)[0] === 1 ? 0 : 1;

/** A permutation of `0 .. count-1`: sorted by `hash32(...keys, index)`, ties by index. */
export function permutation(count: number, ...keys: readonly number[]): Uint32Array {
  const prefix = hash32(...keys);
  return sortedByKey(count, (index) => hashInto(prefix, index));
}
