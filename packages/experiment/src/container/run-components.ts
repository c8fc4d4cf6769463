import { type DatasetReader, type GradientStrategy, GramkitError, type ItemEncoder, type Optimizer, type Preprocessor, type SequenceModel, tokens } from '@gramkit/spec';
import type { RunContainer } from './run-container.js';

/** What predicts: the parts that evaluation and prediction need. */
export interface PredictingComponents {
  readonly reader: DatasetReader;
  /** Prepares the encoder's input. */
  readonly tokenizer: Preprocessor;
  readonly encoder: ItemEncoder;
  readonly model: SequenceModel;
}

/** What learns: all parts of a run. */
export interface RunComponents extends PredictingComponents {
  /** Absent where the strategy trains no encoder: an optimizer's slots are twice the weights. */
  readonly encoderOptimizer: Optimizer | undefined;
  readonly modelOptimizer: Optimizer | undefined;
  readonly strategy: GradientStrategy;
}

/**
 * The encoder of a run and what prepares its input: the encoder's own preprocessor where it has one, else the tokenizer, which is created only then.
 * @throws GramkitError PLUGIN_MISMATCH where the tokenizer knows more tokens than the encoder has vectors for.
 */
export async function resolveEncoder(run: RunContainer): Promise<Pick<PredictingComponents, 'tokenizer' | 'encoder'>> {
  const encoder = await run.get(tokens.itemEncoder);
  const tokenizer = encoder.preprocessor ?? (await run.get(tokens.tokenizer));
  if (encoder.vocabularySize !== undefined && tokenizer.vocabularySize > encoder.vocabularySize) {
    throw new GramkitError('PLUGIN_MISMATCH', `the tokenizer '${tokenizer.name}' has ${tokenizer.vocabularySize} tokens, the encoder '${encoder.name}' has vectors for ${encoder.vocabularySize}`, {
      fix: 'Take tokenizer and encoder from the same model folder.',
    });
  }
  return { tokenizer, encoder };
}

/**
 * Creates what predicts, the light parts first.
 * @throws GramkitError PLUGIN_MISMATCH where tokenizer and encoder, or data set and model, do not belong together.
 */
export async function resolvePredicting(run: RunContainer): Promise<PredictingComponents> {
  const reader = await run.get(tokens.datasetReader);
  const { tokenizer, encoder } = await resolveEncoder(run);
  const model = await run.get(tokens.sequenceModel);
  if (model.task !== reader.task) {
    throw new GramkitError('PLUGIN_MISMATCH', `the model '${model.name}' is for ${model.task}, the data set '${reader.name}' for ${reader.task}`, { fix: `Name a model for ${reader.task}, or a data set for ${model.task}.` });
  }
  return { reader, tokenizer, encoder, model };
}

/** Creates every part of a run that its strategy needs. */
export async function resolveComponents(run: RunContainer): Promise<RunComponents> {
  const predicting = await resolvePredicting(run);
  const strategy = await run.get(tokens.strategy);
  return { ...predicting, strategy, encoderOptimizer: run.created(tokens.encoderOptimizer), modelOptimizer: run.created(tokens.sequenceModelOptimizer) };
}
