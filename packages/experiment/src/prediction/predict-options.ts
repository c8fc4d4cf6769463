import { GramkitError } from '@gramkit/spec';
import type { RunOptions } from '../encoding/open-trained-encoder.js';

/** What every prediction of a file takes. */
export interface PredictOptions extends RunOptions {
  readonly input: string;
  readonly output: string;
  /** A file of items beside the run's catalogue: their texts are encoded by the run's encoder. */
  readonly items?: string;
  /** Replaces an output that is there. */
  readonly overwrite?: boolean;
  /** Aborting leaves nothing behind. */
  readonly signal?: AbortSignal;
}

/** @throws GramkitError INTERRUPTED */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new GramkitError('INTERRUPTED', 'the prediction was interrupted; no output was written');
}
