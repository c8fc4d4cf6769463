import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch, Optimizer, PreparedItems, Quality, StrategyContext, StrategyEvent } from '@gramkit/spec';
import { tinyBatch } from './batches.js';
import { tinyCatalogue } from './catalogue.js';
import { RecordingOptimizer, TinyAdam } from './optimizers.js';
import { PoolingEncoder } from './pooling-encoder.js';
import { RunningSumModel } from './running-sum-model.js';

export interface TinySettingOptions {
  readonly items?: number;
  /** Of both networks. */
  readonly dropout?: number;
  readonly seed?: number;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  readonly evaluate?: (itemEncodings: () => Tensor2D | Promise<Tensor2D>) => Promise<Quality>;
}

export interface Setting<Made extends Optimizer> {
  readonly itemEncoder: PoolingEncoder;
  readonly sequenceModel: RunningSumModel;
  readonly encoderOptimizer: Made;
  readonly sequenceModelOptimizer: Made;
  readonly catalogue: PreparedItems;
  readonly context: StrategyContext;
  /** What the strategy has reported. */
  readonly events: StrategyEvent[];
  /** `[part, done, total]` of each progress call. */
  readonly progress: [string, number, number][];
  batch(seed: number): Batch;
  dispose(): void;
}

/** A run that trains with Adam. */
export function trainedSetting(options: TinySettingOptions = {}, rates: { encoder: number; model: number } = { encoder: 0.01, model: 0.02 }): Setting<TinyAdam> {
  return setting(options, ({ itemEncoder, sequenceModel }) => ({
    encoderOptimizer: new TinyAdam(itemEncoder.weights, rates.encoder),
    sequenceModelOptimizer: new TinyAdam(sequenceModel.weights, rates.model),
  }));
}

/** A run whose optimizers write down their gradients; both descend them at `learningRate`. */
export function recordedSetting(options: TinySettingOptions = {}, learningRate = 0): Setting<RecordingOptimizer> {
  return setting(options, ({ itemEncoder, sequenceModel }) => ({
    encoderOptimizer: new RecordingOptimizer(itemEncoder.weights, learningRate),
    sequenceModelOptimizer: new RecordingOptimizer(sequenceModel.weights, learningRate),
  }));
}

function setting<Made extends Optimizer>(
  { items = 20, dropout = 0, seed = 1, epochs = 3, stepsPerEpoch = 60, evaluate }: TinySettingOptions,
  optimizers: (networks: { itemEncoder: PoolingEncoder; sequenceModel: RunningSumModel }) => { encoderOptimizer: Made; sequenceModelOptimizer: Made },
): Setting<Made> {
  const networks = { itemEncoder: new PoolingEncoder({ dropout }), sequenceModel: new RunningSumModel(undefined, undefined, dropout) };
  const made = optimizers(networks);
  const catalogue = tinyCatalogue(items);
  const events: StrategyEvent[] = [];
  const progress: [string, number, number][] = [];
  const context = { catalogue, stepsPerEpoch, epochs, seed, evaluate, report: (event: StrategyEvent) => void events.push(event), progress: (...told: [string, number, number]) => void progress.push(told) };
  return {
    ...networks,
    ...made,
    catalogue,
    context,
    events,
    progress,
    batch: (batchSeed) => tinyBatch(batchSeed, items),
    dispose: () => [networks.itemEncoder, networks.sequenceModel, made.encoderOptimizer, made.sequenceModelOptimizer].forEach((component) => component.dispose()),
  };
}
