import type { Weight } from './component.js';
import type { DatasetReader } from './dataset-reader.js';
import type { EncodingStore } from './encoding-store.js';
import type { Engine } from './engine.js';
import type { GradientStrategy } from './gradient-strategy.js';
import type { ItemEncoder } from './item-encoder.js';
import type { Optimizer } from './optimizer.js';
import type { Preprocessor } from './preprocessor.js';
import type { RunLogger } from './run-logger.js';
import type { SequenceModel } from './sequence-model.js';
import type { TrainingCatalogue } from './training-catalogue.js';

declare const provided: unique symbol;

/** The name of something a run can provide. `Symbol.for`: two copies of this package agree. */
export interface DependencyToken<Value> {
  readonly key: symbol;
  readonly description: string;
  readonly [provided]?: Value;
}

function token<Value>(name: string, description: string): DependencyToken<Value> {
  return { key: Symbol.for(`gramkit.${name}`), description };
}

/** What a plugin can declare as a dependency. */
export const tokens = {
  engine: token<Engine>('engine', 'the engine that computes'),
  datasetReader: token<DatasetReader>('datasetReader', 'the reader of the data set'),
  trainingCatalogue: token<TrainingCatalogue>('trainingCatalogue', 'what is derived from the items that the run trains on'),
  tokenizer: token<Preprocessor>('tokenizer', 'the preprocessor of item content'),
  itemEncoder: token<ItemEncoder>('itemEncoder', 'the item encoder'),
  itemDimension: token<number>('itemDimension', 'the length of an item encoding'),
  sequenceModel: token<SequenceModel>('sequenceModel', 'the sequence model'),
  encoderOptimizer: token<Optimizer>('encoderOptimizer', "the optimizer of the encoder's weights"),
  sequenceModelOptimizer: token<Optimizer>('sequenceModelOptimizer', "the optimizer of the sequence model's weights"),
  strategy: token<GradientStrategy>('strategy', 'the gradient strategy'),
  optimizedWeights: token<readonly Weight[]>('optimizedWeights', 'the weights that an optimizer is made for'),
  encodingStore: token<EncodingStore>('encodingStore', 'where encodings are kept between runs'),
  logger: token<RunLogger>('logger', 'where the run says what it does'),
  seed: token<number>('seed', 'the seed of the run, mixed with the place of the component'),
  defaultModelDirectory: token<string>('defaultModelDirectory', 'the folder of the model that set-up brought'),
  baseDirectory: token<string>('baseDirectory', 'the folder that relative paths in the configuration start from'),
} as const;
