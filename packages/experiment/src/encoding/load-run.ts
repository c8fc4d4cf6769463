import { openTrainedEncoder, type RunOptions } from './open-trained-encoder.js';
import { RunEncoder } from './run-encoder.js';

/**
 * The tokenizer and encoder of a run, with the weights of its best checkpoint, or of its last where early stopping chose none. The caller disposes it.
 * @throws GramkitError RUN_NOT_FOUND; CHECKPOINT_CORRUPT.
 */
export async function loadRun(runDirectory: string, options: RunOptions = {}): Promise<RunEncoder> {
  const { tokenizer, encoder, run } = await openTrainedEncoder(runDirectory, options);
  return new RunEncoder(tokenizer, encoder, () => run.dispose());
}
