import type { ItemEncoder, Preprocessor, SequenceModel } from '@gramkit/spec';
import { tokens } from '@gramkit/spec';
import { restoreCheckpoint } from '../checkpoints/checkpoint-store.js';
import { weightsPart } from '../checkpoints/checkpoint-part.js';
import { writtenForm } from '../configuration/resolved-configuration.js';
import { resolveEncoder } from '../container/run-components.js';
import type { RunContainer } from '../container/run-container.js';
import type { RunOptions } from '../encoding/open-trained-encoder.js';
import type { OpenedRun } from '../run/open-run.js';
import { openSession } from '../trainer/run-session.js';

/** What predicts, as trained. `run.dispose()` frees it. */
export interface Predictor {
  readonly run: RunContainer;
  readonly tokenizer: Preprocessor;
  readonly encoder: ItemEncoder;
  readonly model: SequenceModel;
}

/**
 * Encoder and sequence model of a run, with the weights of the checkpoint that its quality was reported of. The data set is not needed.
 * @throws GramkitError CHECKPOINT_CORRUPT
 */
export async function openPredictor({ configuration, checkpoint }: OpenedRun, options: RunOptions): Promise<Predictor> {
  const run = await openSession(configuration, options);
  try {
    const { tokenizer, encoder } = await resolveEncoder(run);
    const model = await run.get(tokens.sequenceModel);
    await restoreCheckpoint(checkpoint, writtenForm(configuration), [weightsPart('encoder', encoder.weights), weightsPart('model', model.weights)]);
    return { run, tokenizer, encoder, model };
  } catch (error) {
    run.dispose();
    throw error;
  }
}
