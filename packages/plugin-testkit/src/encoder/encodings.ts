import type { DeviceTensors, Engine, EncoderPass, ItemEncoder, PreparedItems } from '@gramkit/spec';
import { EagerStages, encoderInput, EncoderPasses, uploadRows, uploadTensors } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { engineFor } from '../surroundings/engines.js';

/** What a pass depends on beside rows and weights. */
export interface Mode {
  readonly training: boolean;
  /** Default 1. */
  readonly seed?: number;
}

/** Encodings as plain numbers, one list a row. */
export type Encodings = readonly ArrayLike<number>[];

/** The arguments of `encode` for catalogue rows, whose numbers are the mask rows. */
export function callFor(encoder: ItemEncoder, catalogue: PreparedItems, rows: readonly number[], { training, seed = 1 }: Mode): [DeviceTensors, EncoderPass] {
  const { tensors, maskRows } = encoderInput(encoder, catalogue, Int32Array.from(rows), false);
  return [uploadTensors(tensors), { training, seed: tf.scalar(seed, 'int32'), maskRows: uploadRows(maskRows) }];
}

/** Encodings of catalogue rows by one pass, operation by operation unless an engine compiles. */
export function encodingsOf(encoder: ItemEncoder, catalogue: PreparedItems, rows: readonly number[], { training, seed = 1 }: Mode, engine?: Engine): Encodings {
  const passes = new EncoderPasses(encoder, engine);
  try {
    return tf.tidy(() => {
      const values = passes.encode(catalogue, Int32Array.from(rows), { training, seed: tf.scalar(seed, 'int32') }).dataSync();
      const width = values.length / rows.length;
      return rows.map((_, place) => values.slice(place * width, (place + 1) * width));
    });
  } finally {
    passes.dispose();
  }
}

/** An engine that fills shapes up as one that compiles does, and then runs operation by operation. */
export async function fillingEngine(): Promise<Engine> {
  const { name, device, precision, ...engine } = await engineFor('operation by operation');
  return { name, device, precision, describe: () => engine.describe(), compile: (stages, options) => new EagerStages(stages, options.name) };
}

/** Of two lists of encodings, the place where they differ the most. */
export interface Difference {
  readonly place: number;
  readonly absolute: number;
  /** To the greatest number of what is expected; infinite where something is no number. */
  readonly relative: number;
}

export function greatestRowDifference(found: Encodings, expected: Encodings): Difference {
  const scale = expected.reduce((most, row) => Math.max(most, ...Array.from(row, Math.abs)), 1e-30);
  return expected.reduce<Difference>((worst, row, place) => {
    const beside = found[place]!;
    const absolute = Array.from(row).reduce((most, value, index) => Math.max(most, Number.isFinite(value) && Number.isFinite(beside[index]) ? Math.abs(value - beside[index]!) : Infinity), 0);
    return absolute > worst.absolute ? { place, absolute, relative: absolute / scale } : worst;
  }, { place: 0, absolute: 0, relative: 0 });
}

/** What matrix products of other sizes may differ by, relative to the greatest number. */
export const roundingTolerance = 1e-5;

export function alike(found: Encodings, expected: Encodings): boolean {
  return greatestRowDifference(found, expected).relative <= roundingTolerance;
}
