/** A batch of end-to-end training: what went through the encoder, and what its process took. */
export interface BatchMemory {
  readonly tokens: number;
  readonly peakTrainingMemoryBytes: number;
}

/**
 * Windows of the batch that should just fit. Memory grows by the token, as two smaller batches show: by the window it cannot be told, for
 * windows of a few answers and of a hundred come together in a batch.
 * @param tokensPerWindow in the mean of many windows
 * @throws RangeError where the batch of more tokens took no more memory, or none fits
 */
export function batchThatFits(batches: readonly [BatchMemory, BatchMemory], tokensPerWindow: number, limitBytes: number): number {
  const [fewer, more] = batches[0].tokens <= batches[1].tokens ? batches : [batches[1], batches[0]];
  const perToken = (more.peakTrainingMemoryBytes - fewer.peakTrainingMemoryBytes) / (more.tokens - fewer.tokens);
  if (!(perToken > 0 && Number.isFinite(perToken))) throw new RangeError(`batches of ${fewer.tokens} and ${more.tokens} tokens took ${fewer.peakTrainingMemoryBytes} and ${more.peakTrainingMemoryBytes} bytes`);
  const windows = Math.floor((more.tokens + (limitBytes - more.peakTrainingMemoryBytes) / perToken) / tokensPerWindow);
  if (windows < 1) throw new RangeError(`not a window fits into ${limitBytes} bytes`);
  return windows;
}
