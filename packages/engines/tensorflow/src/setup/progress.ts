/** How far set-up is. */
export interface SetupProgress {
  /** Which part of set-up: `tensorflow`, `addon`, `model`; for a GPU `cuda-cublas` and the like, `tensorflow-gpu`, `addon-gpu`; `setup` for what concerns the whole. */
  readonly stage: string;
  readonly done: number;
  /** 0 where it is not known. */
  readonly total: number;
  readonly unit: 'bytes' | 'packages' | 'files';
  /** What is being done, for people. */
  readonly message: string;
  /** Estimate of the time left for `message`; undefined until there is something to estimate from. */
  readonly secondsLeft?: number;
}

export type OnProgress = (progress: SetupProgress) => void;

const minimumSecondsToEstimate = 0.5;
const millisecondsBetweenReports = 100;

/** Counts the units of one activity and reports them with an estimate of the time left, not more than ten times a second. */
export class ProgressMeter {
  private readonly startedAt = performance.now();
  private reportedAt = Number.NEGATIVE_INFINITY;
  private done = 0;

  constructor(
    private readonly onProgress: OnProgress,
    private readonly activity: Pick<SetupProgress, 'stage' | 'total' | 'unit' | 'message'>,
  ) {
    this.report(true);
  }

  add(count: number): void {
    this.moveTo(this.done + count);
  }

  moveTo(done: number): void {
    const { total } = this.activity;
    this.done = total > 0 ? Math.min(done, total) : done;
    this.report(false);
  }

  finish(): void {
    if (this.activity.total > 0) this.done = this.activity.total;
    this.report(true);
  }

  private report(always: boolean): void {
    const now = performance.now();
    if (!always && now - this.reportedAt < millisecondsBetweenReports) return;
    this.reportedAt = now;
    this.onProgress({ ...this.activity, done: this.done, secondsLeft: this.secondsLeft(now) });
  }

  private secondsLeft(now: number): number | undefined {
    const elapsedSeconds = (now - this.startedAt) / 1000;
    const left = this.activity.total - this.done;
    if (this.activity.total === 0 || this.done === 0) return undefined;
    if (left === 0) return 0;
    return elapsedSeconds < minimumSecondsToEstimate ? undefined : (elapsedSeconds * left) / this.done;
  }
}
