import type { StepRecord } from '../run-gram.js';
import { mean } from '../statistics.js';

/** Steps as they go once nothing is left to compile. */
export interface SteadyState {
  readonly secondsPerStep: number;
  /** How many of the steps compiled something, and stand with the time of another. */
  readonly replaced: number;
  /** How many of those had no other of their kind: their time less that of compiling, which takes the first run of the new function with it. */
  readonly shortened: number;
}

/**
 * Mean seconds of steps, in which those that compiled something count as long as the step of their kind nearest in work (predictions)
 * that did not: leaving them out would favour the lengths that are met often. The step that trains the encoder at the end of a window is a kind of its own.
 * @param all the steps of the whole run, those that warm up among them, any of which may stand for another
 */
export function steadyState(steps: readonly StepRecord[], all: readonly StepRecord[] = steps): SteadyState {
  const settled = all.filter((step) => step.compileSeconds === 0);
  let [replaced, shortened] = [0, 0];
  const seconds = steps.map((step) => {
    if (step.compileSeconds === 0) return step.seconds;
    const stand = nearest(step, settled.filter((other) => trainsEncoder(other) === trainsEncoder(step)));
    replaced++;
    if (stand !== undefined) return stand.seconds;
    shortened++;
    return step.seconds - step.compileSeconds;
  });
  return { secondsPerStep: mean(seconds), replaced, shortened };
}

function trainsEncoder({ encoderItemsBackward }: StepRecord): boolean {
  return encoderItemsBackward > 0;
}

function nearest(step: StepRecord, others: readonly StepRecord[]): StepRecord | undefined {
  const distance = (other: StepRecord): number => Math.abs(other.predictions - step.predictions);
  return others.length === 0 ? undefined : others.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}
