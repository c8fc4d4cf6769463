import { GramkitError } from '@gramkit/spec';
import { z } from 'zod';

const warmUpSteps = z.int().positive().describe('updates over which the rate rises to `learningRate`');

/** Of the schedules that come to an end. */
const ending = {
  warmUpSteps: z.int().min(0).default(0).describe('updates over which the rate rises to `learningRate`'),
  totalSteps: z
    .union([z.literal('auto'), z.int().positive()])
    .default('auto')
    .describe('updates of this optimizer in a whole run; auto: as many as its strategy makes in all epochs, an error where that is not known beforehand'),
};

/** How the learning rate goes with the step, an update of the optimizer; every schedule peaks at the optimizer's `learningRate`. */
export const scheduleOptions = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }).describe('the same rate throughout'),
  z.strictObject({ kind: z.literal('linear-warm-up'), warmUpSteps }).describe('rises in a straight line, then stays'),
  z.strictObject({ kind: z.literal('noam'), warmUpSteps }).describe('rises in a straight line, then falls with the inverse square root of the step'),
  z.strictObject({ kind: z.literal('linear-decay'), ...ending }).describe('rises in a straight line, then falls in one'),
  z.strictObject({ kind: z.literal('cosine'), ...ending }).describe('rises in a straight line, then falls along half a cosine'),
]);
export type ScheduleOptions = z.output<typeof scheduleOptions>;

type EndingSchedule = Extract<ScheduleOptions, { readonly totalSteps: unknown }>;

/** A schedule that knows where it ends. */
export type PlannedSchedule = Exclude<ScheduleOptions, EndingSchedule> | (EndingSchedule & { readonly totalSteps: number });

/** The option that must say where a schedule ends, where it leaves that to the strategy (`PluginDefinition.missingUpdateCount`). */
export function missingUpdateCount({ schedule }: { readonly schedule: ScheduleOptions }): string | undefined {
  return 'totalSteps' in schedule && schedule.totalSteps === 'auto' ? 'schedule.totalSteps' : undefined;
}

/**
 * The schedule of a run with so many updates.
 * @param updates undefined where their number is not known beforehand
 * @throws GramkitError CONFIGURATION_INVALID where the schedule needs a number that nobody gives, or its warm-up outlasts it.
 */
export function planSchedule(schedule: ScheduleOptions, updates: number | undefined): PlannedSchedule {
  if (!('totalSteps' in schedule)) return schedule;
  const totalSteps = schedule.totalSteps === 'auto' ? updates : schedule.totalSteps;
  if (totalSteps === undefined) {
    throw new GramkitError('CONFIGURATION_INVALID', `The schedule '${schedule.kind}' must know how many updates an optimizer makes in all, and this strategy cannot tell beforehand`, {
      field: 'schedule.totalSteps',
      fix: "Give the number, or use a schedule without an end: 'constant', 'linear-warm-up' or 'noam'.",
    });
  }
  if (schedule.warmUpSteps > totalSteps) {
    throw new GramkitError('CONFIGURATION_INVALID', `The schedule '${schedule.kind}' warms up over ${schedule.warmUpSteps} updates and ends after ${totalSteps}`, {
      field: 'schedule.warmUpSteps',
      fix: `Set it to ${totalSteps} at most.`,
    });
  }
  return { ...schedule, totalSteps };
}

/**
 * The rate of a step, counted from 1.
 * Noam is equation 3 of Vaswani et al. (2017), `min(step^-1/2, step warmUp^-3/2)`, times the factor that makes its peak `learningRate`.
 * What ends would be at zero one step after its last, so that no update is lost: the schedules of Hugging Face's `transformers` for
 * `totalSteps + 1` steps, without their first, whose rate is zero.
 */
export function learningRateAt(step: number, learningRate: number, schedule: PlannedSchedule): number {
  switch (schedule.kind) {
    case 'constant':
      return learningRate;
    case 'linear-warm-up':
      return learningRate * Math.min(1, step / schedule.warmUpSteps);
    case 'noam':
      return learningRate * Math.min(step / schedule.warmUpSteps, Math.sqrt(schedule.warmUpSteps / step));
    case 'linear-decay':
      return learningRate * (step < schedule.warmUpSteps ? step / schedule.warmUpSteps : 1 - spent(step, schedule));
    case 'cosine':
      return learningRate * (step < schedule.warmUpSteps ? step / schedule.warmUpSteps : (1 + Math.cos(Math.PI * spent(step, schedule))) / 2);
  }
}

/** The share of the steps after the warm-up that have gone by, 1 beyond the last. */
function spent(step: number, { warmUpSteps: warmUp, totalSteps }: { readonly warmUpSteps: number; readonly totalSteps: number }): number {
  return Math.min(1, (step - warmUp) / (totalSteps + 1 - warmUp));
}
