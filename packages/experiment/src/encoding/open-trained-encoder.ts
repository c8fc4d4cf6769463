import type { ItemEncoder, Preprocessor } from '@gramkit/spec';
import { restoreCheckpoint } from '../checkpoints/checkpoint-store.js';
import { weightsPart } from '../checkpoints/checkpoint-part.js';
import type { ConfigurationOptions } from '../configuration/resolve-configuration.js';
import { writtenForm } from '../configuration/resolved-configuration.js';
import { resolveEncoder } from '../container/run-components.js';
import type { RunContainer } from '../container/run-container.js';
import { openRun, type OpenedRun } from '../run/open-run.js';
import { openSession, type SessionOptions } from '../trainer/run-session.js';

export type RunOptions = SessionOptions & Pick<ConfigurationOptions, 'plugins'>;

/** A run whose encoder is loaded as trained. `run.dispose()` frees it. */
export interface TrainedEncoder {
  readonly opened: OpenedRun;
  readonly run: RunContainer;
  readonly tokenizer: Preprocessor;
  readonly encoder: ItemEncoder;
}

/**
 * The tokenizer and encoder of a run, with the weights of its best checkpoint, or of its last where early stopping chose none.
 * @throws GramkitError RUN_NOT_FOUND; CHECKPOINT_CORRUPT.
 */
export async function openTrainedEncoder(runDirectory: string, options: RunOptions = {}): Promise<TrainedEncoder> {
  const opened = await openRun(runDirectory, options);
  const run = await openSession(opened.configuration, options);
  try {
    const { tokenizer, encoder } = await resolveEncoder(run);
    await restoreCheckpoint(opened.checkpoint, writtenForm(opened.configuration), [weightsPart('encoder', encoder.weights)]);
    return { opened, run, tokenizer, encoder };
  } catch (error) {
    run.dispose();
    throw error;
  }
}
