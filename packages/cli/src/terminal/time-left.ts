/** Estimates how long a part still takes from how long its units took since the first report. */
export class TimeLeft {
  private readonly startedAt: number;

  /** @param doneAtStart units that were done before anyone watched: a resumed run starts in the middle. */
  constructor(
    private readonly doneAtStart: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.startedAt = now();
  }

  /** Milliseconds until `total`; undefined until there is something to estimate from. */
  milliseconds(done: number, total: number): number | undefined {
    const watched = done - this.doneAtStart;
    if (total <= 0 || watched <= 0) return undefined;
    return ((this.now() - this.startedAt) / watched) * Math.max(0, total - done);
  }
}
