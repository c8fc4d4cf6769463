import { GramkitError } from '@gramkit/spec';
import { intervalSteps, parseInterval } from './interval.js';
import type { MultiStepOptions } from './options.js';

export type Phase = 'warm-up' | 'windows' | 'settling';

/** When the sequence model learns alone and where windows end. Epochs and steps count from zero. */
export interface Schedule {
  readonly warmUpEpochs: number;
  readonly settlingEpochs: number;
  phase(epoch: number): Phase;
  /** Whether a window ends with this step of an epoch of windows. */
  endsWindow(epoch: number, stepInEpoch: number): boolean;
  /** Whether a window ends with every epoch of windows, or with this one since it is the last. */
  endsWithEpoch(epoch: number): boolean;
}

export type ScheduleOptions = Pick<MultiStepOptions, 'interval' | 'warmUpEpochs' | 'settlingEpochs'>;

/**
 * Windows of up to an epoch tile each epoch, so that the encoder is current at its end; longer ones tile all epochs of windows.
 * Either way a last window shorter than half of the others is merged into the one before.
 * @throws GramkitError CONFIGURATION_INVALID where warm-up, settling and one window do not fit the epochs.
 */
export function createSchedule(options: ScheduleOptions, stepsPerEpoch: number, epochs: number): Schedule {
  const warmUpEpochs = options.warmUpEpochs === 'auto' ? Math.min(2, Math.floor(epochs / 4)) : options.warmUpEpochs;
  const settlingEpochs = options.settlingEpochs === 'auto' ? (epochs >= 4 ? 1 : 0) : options.settlingEpochs;
  const windowEpochs = epochs - warmUpEpochs - settlingEpochs;
  const length = intervalSteps(parseInterval(options.interval), stepsPerEpoch);
  if (windowEpochs * stepsPerEpoch < Math.round(length)) {
    throw tooFewEpochs({ warmUpEpochs, settlingEpochs, interval: options.interval, needed: warmUpEpochs + settlingEpochs + Math.ceil(length / stepsPerEpoch), epochs });
  }
  const lastWindowEpoch = warmUpEpochs + windowEpochs - 1;
  const withinEpochs = Math.round(length) <= stepsPerEpoch;
  const stretch = withinEpochs ? stepsPerEpoch : windowEpochs * stepsPerEpoch;
  const phase = (epoch: number): Phase => (epoch < warmUpEpochs ? 'warm-up' : epoch <= lastWindowEpoch ? 'windows' : 'settling');
  return {
    warmUpEpochs,
    settlingEpochs,
    phase,
    endsWindow: (epoch, stepInEpoch) => endsWindow((((epoch - warmUpEpochs) * stepsPerEpoch + stepInEpoch) % stretch) + 1, length, stretch),
    endsWithEpoch: (epoch) => phase(epoch) === 'windows' && (withinEpochs || epoch === lastWindowEpoch),
  };
}

/** Whether one of the windows of `length` steps that tile `stretch` steps ends after `done` of them. What is left over makes a window where it is half of one. */
function endsWindow(done: number, length: number, stretch: number): boolean {
  if (done === stretch) return true;
  const windows = Math.max(1, Math.round(stretch / length + 1e-9));
  const window = Math.round(done / length);
  return window >= 1 && window < windows && Math.round(window * length) === done;
}

function tooFewEpochs(found: { warmUpEpochs: number; settlingEpochs: number; interval: number | string; needed: number; epochs: number }): GramkitError {
  const { warmUpEpochs, settlingEpochs, interval, needed, epochs } = found;
  const phases = `${warmUpEpochs} warm-up and ${settlingEpochs} settling epochs`;
  return new GramkitError('CONFIGURATION_INVALID', `${epochs} epochs leave no room for a window of ${interval} beside ${phases}`, {
    field: 'training.epochs',
    fix: `Train for at least ${needed} epochs, or lower strategy.warmUpEpochs, strategy.settlingEpochs or strategy.interval.`,
  });
}
