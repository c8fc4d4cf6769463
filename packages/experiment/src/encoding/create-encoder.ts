import type { Json, Plugin } from '@gramkit/spec';
import { resolveSection } from '../configuration/resolve-configuration.js';
import { resolveEncoder } from '../container/run-components.js';
import { openSession, type SessionOptions } from '../trainer/run-session.js';
import { RunEncoder } from './run-encoder.js';

export interface CreateEncoderOptions extends SessionOptions {
  /** Model folder, relative to the working directory; the model that set-up brought where left out. */
  readonly model?: string;
  /** Longest row in tokens, special tokens included; the tokenizer's own default where left out. */
  readonly maxLength?: number;
  /** Sections as in a configuration, for another tokenizer or encoder than those of Hugging Face's BERT family. */
  readonly tokenizer?: Readonly<Record<string, Json>>;
  readonly encoder?: Readonly<Record<string, Json>>;
  readonly threads?: number;
  readonly plugins?: readonly Plugin[];
}

/**
 * A tokenizer and an encoder without a run: a pre-trained model as it is. The caller disposes it.
 * @throws GramkitError CONFIGURATION_INVALID; MODEL_FILE_MISSING and whatever else the model folder gives cause to.
 */
export async function createEncoder(options: CreateEncoderOptions = {}): Promise<RunEncoder> {
  const baseDirectory = process.cwd();
  const model = options.model === undefined ? {} : { model: options.model };
  const length = options.maxLength === undefined ? {} : { maxLength: options.maxLength };
  const components = {
    tokenizer: await resolveSection('tokenizer', { use: 'huggingface', ...model, ...length, ...options.tokenizer }, baseDirectory, options.plugins),
    encoder: await resolveSection('encoder', { use: 'bert', ...model, ...options.encoder }, baseDirectory, options.plugins),
  };
  const run = await openSession({ seed: 0, baseDirectory, components, engine: options.threads === undefined ? {} : { threads: options.threads } }, options);
  try {
    const { tokenizer, encoder } = await resolveEncoder(run);
    return new RunEncoder(tokenizer, encoder, () => run.dispose());
  } catch (error) {
    run.dispose();
    throw error;
  }
}
