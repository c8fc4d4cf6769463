import type { Json, StepReport } from '@gramkit/spec';

/** Steps whose durations are kept for the median. */
const keptDurations = 10_000;

/** What the training of a run cost so far. Items and tokens count once for every time they went through the encoder. */
export interface StepTotals {
  readonly steps: number;
  readonly trainingSeconds: number;
  readonly encoderItemsForward: number;
  readonly encoderItemsBackward: number;
  readonly encoderTokensForward: number;
  readonly encoderTokensBackward: number;
}

/** Sums and durations of a run's steps; goes through a checkpoint unchanged. */
export class StepStatistics {
  #totals: StepTotals = { steps: 0, trainingSeconds: 0, encoderItemsForward: 0, encoderItemsBackward: 0, encoderTokensForward: 0, encoderTokensBackward: 0 };
  #durations: number[] = [];
  #firstStepSeconds = 0;
  #stepSeconds = 0;
  #preparationSeconds = 0;
  #epochSeconds = 0;
  #completedEpochs = 0;
  #secondsOfCompletedEpochs = 0;

  get totals(): StepTotals {
    return this.#totals;
  }

  /** Seconds before the first step: encoding a catalogue, say. */
  get preparationSeconds(): number {
    return this.#preparationSeconds;
  }

  get completedEpochs(): number {
    return this.#completedEpochs;
  }

  addPreparation(seconds: number): void {
    this.#preparationSeconds += seconds;
    this.#totals = { ...this.#totals, trainingSeconds: this.#totals.trainingSeconds + seconds };
  }

  addStep(report: StepReport, seconds: number): void {
    if (this.#totals.steps === 0) this.#firstStepSeconds = seconds;
    this.#stepSeconds += seconds;
    this.#durations.push(seconds);
    if (this.#durations.length > keptDurations) this.#durations.shift();
    this.#totals = {
      steps: this.#totals.steps + 1,
      trainingSeconds: this.#totals.trainingSeconds,
      encoderItemsForward: this.#totals.encoderItemsForward + report.encoderItemsForward,
      encoderItemsBackward: this.#totals.encoderItemsBackward + report.encoderItemsBackward,
      encoderTokensForward: this.#totals.encoderTokensForward + report.encoderTokensForward,
      encoderTokensBackward: this.#totals.encoderTokensBackward + report.encoderTokensBackward,
    };
    this.addTraining(seconds);
  }

  /** Training outside a step: what a strategy does at the end of an epoch or of the run. */
  addTraining(seconds: number): void {
    this.#epochSeconds += seconds;
    this.#totals = { ...this.#totals, trainingSeconds: this.#totals.trainingSeconds + seconds };
  }

  completeEpoch(): void {
    this.#completedEpochs++;
    this.#secondsOfCompletedEpochs += this.#epochSeconds;
    this.#epochSeconds = 0;
  }

  /** Seconds of a step. The mean holds the few long steps of a strategy that works in windows, the median does not. */
  secondsPerStep(): { readonly median: number; readonly mean: number } {
    const sorted = Float64Array.from(this.#durations).sort();
    const middle = sorted.length >> 1;
    const median = sorted.length === 0 ? 0 : sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
    return { median, mean: this.#totals.steps === 0 ? 0 : this.#stepSeconds / this.#totals.steps };
  }

  /**
   * Seconds of an epoch: the mean of those that were trained whole, or, where none was, of the steps made (the first, which warms up,
   * left out where there are more) times the steps of an epoch. A strategy that works in windows is then taken for cheaper than it is, unless it
   * has closed some.
   */
  secondsPerEpoch(stepsPerEpoch: number): { readonly seconds: number; readonly basis: 'measured' | 'extrapolated' } {
    if (this.#completedEpochs > 0) return { seconds: this.#secondsOfCompletedEpochs / this.#completedEpochs, basis: 'measured' };
    const { steps } = this.#totals;
    const perStep = steps > 1 ? (this.#stepSeconds - this.#firstStepSeconds) / (steps - 1) : this.#stepSeconds;
    return { seconds: perStep * stepsPerEpoch, basis: 'extrapolated' };
  }

  state(): Json {
    return {
      totals: { ...this.#totals },
      durations: [...this.#durations],
      firstStepSeconds: this.#firstStepSeconds,
      stepSeconds: this.#stepSeconds,
      preparationSeconds: this.#preparationSeconds,
      epochSeconds: this.#epochSeconds,
      completedEpochs: this.#completedEpochs,
      secondsOfCompletedEpochs: this.#secondsOfCompletedEpochs,
    };
  }

  restore(state: Json): void {
    const saved = state as unknown as SavedStatistics;
    this.#totals = saved.totals;
    this.#durations = [...saved.durations];
    this.#firstStepSeconds = saved.firstStepSeconds;
    this.#stepSeconds = saved.stepSeconds;
    this.#preparationSeconds = saved.preparationSeconds;
    this.#epochSeconds = saved.epochSeconds;
    this.#completedEpochs = saved.completedEpochs;
    this.#secondsOfCompletedEpochs = saved.secondsOfCompletedEpochs;
  }
}

/** What `state` writes. */
interface SavedStatistics {
  readonly totals: StepTotals;
  readonly durations: readonly number[];
  readonly firstStepSeconds: number;
  readonly stepSeconds: number;
  readonly preparationSeconds: number;
  readonly epochSeconds: number;
  readonly completedEpochs: number;
  readonly secondsOfCompletedEpochs: number;
}
