/** Steps between checkpoints: `checkpointEvery` counts steps, or epochs (`'0.5e'`). At least 1. */
export function checkpointInterval(checkpointEvery: number | string, stepsPerEpoch: number): number {
  if (typeof checkpointEvery === 'number') return checkpointEvery;
  return Math.max(1, Math.round(Number.parseFloat(checkpointEvery) * stepsPerEpoch));
}
