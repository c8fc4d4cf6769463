import { performance } from 'node:perf_hooks';

/** Measures training time. Evaluation that a strategy asks for in the middle of a step is taken out of it. */
export class TrainingClock {
  #excludedSeconds = 0;

  /** Runs a part of training and says how long it took, less what was excluded in it. */
  async measure<Result>(part: () => Promise<Result>): Promise<{ readonly result: Result; readonly seconds: number }> {
    const start = performance.now();
    const excludedBefore = this.#excludedSeconds;
    const result = await part();
    const excluded = this.#excludedSeconds - excludedBefore;
    return { result, seconds: (performance.now() - start) / 1000 - excluded };
  }

  /** Runs something that is no training. */
  async exclude<Result>(part: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    try {
      return await part();
    } finally {
      this.#excludedSeconds += (performance.now() - start) / 1000;
    }
  }
}
