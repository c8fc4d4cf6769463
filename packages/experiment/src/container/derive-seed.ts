import { createHash } from 'node:crypto';

/** A seed of its own for each place of a run, in [0, 2^31): parts stay independent however alike the run seeds are. */
export function deriveSeed(seed: number, place: string): number {
  return createHash('sha256').update(`${seed}/${place}`).digest().readUInt32BE(0) >>> 1;
}
