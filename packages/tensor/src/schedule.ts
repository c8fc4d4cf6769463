import { z } from 'zod';

const warmUpSteps = z.int().positive().describe('steps over which the rate rises to `learningRate`');

/** How the learning rate goes with the step; every schedule peaks at the optimizer's `learningRate`. */
export const scheduleOptions = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }).describe('the same rate throughout'),
  z.strictObject({ kind: z.literal('linear-warm-up'), warmUpSteps }).describe('rises in a straight line, then stays'),
  z.strictObject({ kind: z.literal('noam'), warmUpSteps }).describe('rises in a straight line, then falls with the inverse square root of the step'),
]);
export type ScheduleOptions = z.output<typeof scheduleOptions>;

/**
 * The rate of a step, counted from 1.
 * Noam is equation 3 of Vaswani et al. (2017), `min(step^-1/2, step warmUp^-3/2)`, times the factor that makes its peak `learningRate`.
 */
export function learningRateAt(step: number, learningRate: number, schedule: ScheduleOptions): number {
  switch (schedule.kind) {
    case 'constant':
      return learningRate;
    case 'linear-warm-up':
      return learningRate * Math.min(1, step / schedule.warmUpSteps);
    case 'noam':
      return learningRate * Math.min(step / schedule.warmUpSteps, Math.sqrt(schedule.warmUpSteps / step));
  }
}
