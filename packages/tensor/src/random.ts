const golden = 0x9e3779b9;

/** The finaliser of MurmurHash3 with 32 bits (Appleby): a bijection in which every bit of the input moves every bit of the output. Unsigned. */
export function fmix32(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** A hash of integers, each taken modulo 2^32: `h = 0; for each key: h = fmix32((h + 0x9e3779b9) xor key)`. Unsigned, 32 bits. */
export function hash32(...keys: readonly number[]): number {
  return keys.reduce(foldKey, 0);
}

/**
 * The numbers `0..count-1` in the order of `hash32(...keys, number)`, equal hashes in ascending order:
 * an order that any language can replay.
 */
export function permutation(count: number, ...keys: readonly number[]): Int32Array {
  const prefix = hash32(...keys);
  const hashes = Uint32Array.from({ length: count }, (_, index) => foldKey(prefix, index));
  return Int32Array.from({ length: count }, (_, index) => index).sort((left, right) => hashes[left]! - hashes[right]! || left - right);
}

/** The seed of a component: the run's seed mixed with the component's place, such as `model` or `encoder.optimizer`. Unsigned, 32 bits. */
export function componentSeed(seed: number, place: string): number {
  return hash32(seed, ...Array.from(place, (character) => character.codePointAt(0)!));
}

/** A seeded source of random numbers on the host, for initial weights. */
export interface RandomSource {
  /** Uniform in (0, 1), never an end point: a multiple of 2^-32 plus a half of it. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}

/** The random source of `keys`: draw number n depends on the keys and n alone. */
export function randomSource(...keys: readonly number[]): RandomSource {
  const prefix = hash32(...keys);
  let drawn = 0;
  const uniform = (): number => (foldKey(prefix, drawn++) + 0.5) / 2 ** 32;
  // Box and Muller (1958): one of the two independent values is enough.
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

function foldKey(hash: number, key: number): number {
  return fmix32((hash + golden) ^ key);
}
