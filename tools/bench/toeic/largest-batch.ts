/** A batch of end-to-end training and what its process took. */
export interface BatchMemory {
  readonly batchSize: number;
  readonly peakTrainingMemoryBytes: number;
}

/**
 * The batch that should just fit: memory grows by the window, as two smaller batches show. Never below the larger of the two.
 * @throws RangeError where the larger batch took no more than the smaller
 */
export function batchThatFits(smaller: BatchMemory, larger: BatchMemory, limitBytes: number): number {
  const perWindow = (larger.peakTrainingMemoryBytes - smaller.peakTrainingMemoryBytes) / (larger.batchSize - smaller.batchSize);
  if (!(perWindow > 0)) throw new RangeError(`batches of ${smaller.batchSize} and ${larger.batchSize} windows took ${smaller.peakTrainingMemoryBytes} and ${larger.peakTrainingMemoryBytes} bytes`);
  return Math.max(larger.batchSize, Math.floor(larger.batchSize + (limitBytes - larger.peakTrainingMemoryBytes) / perWindow));
}
