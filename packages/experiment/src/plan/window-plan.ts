import { createSchedule, multiStepOptions, type MultiStepOptions } from '@gramkit/strategy-multi-step';

/** Windows of one length. */
export interface PlannedWindow {
  readonly steps: number;
  readonly count: number;
}

/** What the encoder does in a run of multi-step. */
export interface WindowPlan {
  readonly windows: readonly PlannedWindow[];
  /** How often the whole catalogue is encoded for the sequence model to train on: before a warm-up, before settling. */
  readonly tables: number;
}

/** The windows that multi-step lays over a run. */
export function planWindows(options: MultiStepOptions, stepsPerEpoch: number, epochs: number): WindowPlan {
  const schedule = createSchedule(options, stepsPerEpoch, epochs);
  const counts = new Map<number, number>();
  let steps = 0;
  const close = (): void => {
    if (steps > 0) counts.set(steps, (counts.get(steps) ?? 0) + 1);
    steps = 0;
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (schedule.phase(epoch) !== 'windows') continue;
    for (let step = 0; step < stepsPerEpoch; step++) {
      steps++;
      if (schedule.endsWindow(epoch, step)) close();
    }
    if (schedule.endsWithEpoch(epoch)) close();
  }
  return { windows: Array.from(counts, ([length, count]) => ({ steps: length, count })), tables: Math.sign(schedule.warmUpEpochs) + Math.sign(schedule.settlingEpochs) };
}

/** The fewest epochs of `stepsPerEpoch` steps that hold two windows beside warm-up and settling: the first one compiles. */
export function epochsWithTwoWindows(options: MultiStepOptions, stepsPerEpoch: number): number {
  const { warmUpEpochs, settlingEpochs } = options;
  for (let epochs = 4; ; epochs++) {
    const windowEpochs = epochs - (warmUpEpochs === 'auto' ? Math.min(2, Math.floor(epochs / 4)) : warmUpEpochs) - (settlingEpochs === 'auto' ? 1 : settlingEpochs);
    if (windowEpochs * stepsPerEpoch < 2 * longestWindow(options, stepsPerEpoch)) continue;
    if (planWindows(options, stepsPerEpoch, epochs).windows.reduce((sum, { count }) => sum + count, 0) >= 2) return epochs;
  }
}

function longestWindow({ interval }: MultiStepOptions, stepsPerEpoch: number): number {
  return typeof interval === 'number' ? interval : Math.ceil(Number.parseFloat(interval) * stepsPerEpoch);
}

/** The options of a multi-step strategy; undefined for other strategies. */
export function multiStepOptionsOf(use: string, options: unknown): MultiStepOptions | undefined {
  if (use !== 'multi-step') return undefined;
  return multiStepOptions.parse(options);
}
