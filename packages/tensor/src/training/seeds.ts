import * as tf from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { hash32, permutation } from '../random.js';

/** Streams of randomness that never meet, whatever the counters. */
const streams = { encoderMasks: 1, sequenceModelMasks: 2, regressionOrder: 3, cacheLookups: 4 } as const;
export type SeedStream = keyof typeof streams;

/** A seed of 32 bits (as an int32) out of the run's seed, a stream and counters such as the step. */
export function deriveSeed(seed: number, stream: SeedStream, ...counters: readonly number[]): number {
  return hash32(seed, streams[stream], ...counters) | 0;
}

/** The same as an int32 scalar, an input of the step like any other: a compiled step never bakes it in. */
export function seedTensor(seed: number, stream: SeedStream, ...counters: readonly number[]): Scalar {
  return tf.scalar(deriveSeed(seed, stream, ...counters), 'int32');
}

/** A number in [0, 1) decided by the seed, the stream and the counters alone. */
export function seededUniform(seed: number, stream: SeedStream, ...counters: readonly number[]): number {
  return hash32(seed, streams[stream], ...counters) / 2 ** 32;
}

/** `[0, count)` in an order decided by the seed, the stream and the counters alone. */
export function seededOrder(count: number, seed: number, stream: SeedStream, ...counters: readonly number[]): Int32Array {
  return permutation(count, seed, streams[stream], ...counters);
}
