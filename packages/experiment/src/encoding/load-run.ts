import { restoreCheckpoint } from '../checkpoints/checkpoint-store.js';
import { weightsPart } from '../checkpoints/checkpoint-part.js';
import { writtenForm } from '../configuration/resolved-configuration.js';
import { resolveEncoder } from '../container/run-components.js';
import { openRun } from '../run/open-run.js';
import { openSession, type SessionOptions } from '../trainer/run-session.js';
import type { ConfigurationOptions } from '../configuration/resolve-configuration.js';
import { RunEncoder } from './run-encoder.js';

/**
 * The tokenizer and encoder of a run, with the weights of its best checkpoint, or of its last where early stopping chose none.
 * @throws GramkitError RUN_NOT_FOUND; CHECKPOINT_CORRUPT.
 */
export async function loadRun(runDirectory: string, options: SessionOptions & Pick<ConfigurationOptions, 'plugins'> = {}): Promise<RunEncoder> {
  const { configuration, checkpoint } = await openRun(runDirectory, options);
  const run = await openSession(configuration, options);
  try {
    const { tokenizer, encoder } = await resolveEncoder(run);
    await restoreCheckpoint(checkpoint, writtenForm(configuration), [weightsPart('encoder', encoder.weights)]);
    return new RunEncoder(tokenizer, encoder, () => run.dispose());
  } catch (error) {
    run.dispose();
    throw error;
  }
}
