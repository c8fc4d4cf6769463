import type { BenchPrecision, PeerCase } from './cases.js';
import type { Entry, Side } from './measurement.js';

/** What is to be measured, in order. */
export interface Due {
  readonly measured: PeerCase;
  readonly precision: BenchPrecision;
  readonly round: number;
  readonly side: Side;
}

/**
 * Everything that the rounds have still to measure. The sides of a case follow one another, ours first in odd rounds and last in even
 * ones, so that neither always meets a warmer machine; the products come after the step whose sizes they have.
 */
export function dueMeasurements(cases: readonly PeerCase[], precisions: readonly BenchPrecision[], rounds: number, done: readonly Entry[]): readonly Due[] {
  const keys = new Set(done.map(({ case: name, precision, round, side }) => keyOf(name, precision, round, side)));
  const all = Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) =>
    cases.flatMap((measured) => precisions.flatMap((precision) => sidesOf(measured, round).map((side) => ({ measured, precision, round, side })))),
  );
  return all.filter(({ measured, precision, round, side }) => !keys.has(keyOf(measured.name, precision, round, side)));
}

/** The peer with like lengths pads windows less; the histories of recommendation are short. */
function sidesOf(measured: PeerCase, round: number): readonly Side[] {
  const peers: readonly Side[] = measured.kind === 'training' && measured.dataSet === 'assistments' ? ['peer', 'peer-like-lengths'] : ['peer'];
  const products: readonly Side[] = measured.kind === 'encoder' || measured.sequenceProducts !== undefined ? ['products'] : [];
  return round % 2 === 1 ? ['gramkit', ...peers, ...products] : [...[...peers].reverse(), 'gramkit', ...products];
}

function keyOf(...parts: readonly (string | number)[]): string {
  return parts.join('\n');
}
