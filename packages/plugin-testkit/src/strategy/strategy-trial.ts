import type { Batch, Engine, GradientStrategy, ItemEncoder, Optimizer, StepReport, StrategyContext, Weight } from '@gramkit/spec';
import { recordedSetting, tinyBatch, trainedSetting, weightValues, type Setting } from '@gramkit/tensor/testing';
import type { ComponentScope } from '../surroundings/component-scope.js';
import { engineFor } from '../surroundings/engines.js';
import type { PluginOf } from '../surroundings/plugin-of.js';
import type { StrategySubject } from './strategy-subject.js';

export type StrategyPlugin = PluginOf<'strategy'>;

/** Items of the catalogue. */
export const exampleItemCount = 10;

/** A strategy that has begun, and the components it was given. */
export interface BegunStrategy<Made extends Optimizer = Optimizer> {
  readonly strategy: GradientStrategy;
  readonly setting: Setting<Made>;
  readonly weights: readonly Weight[];
}

export interface BeginOptions {
  /** Default: operations run one by one. */
  readonly engine?: Engine;
  /** In place of the setting's own. */
  readonly itemEncoder?: (own: ItemEncoder) => ItemEncoder;
  /** Of both networks. Default .3. */
  readonly dropout?: number;
  readonly context?: Partial<StrategyContext>;
}

/** How many steps and epochs the runs of a subject have. */
export function lengthOf({ epochs = 3, stepsPerEpoch = 2 }: StrategySubject): { readonly epochs: number; readonly stepsPerEpoch: number } {
  return { epochs, stepsPerEpoch };
}

/** A new strategy of the subject's options, begun on small networks with dropout that Adam trains. */
export function beginTraining(scope: ComponentScope, plugin: StrategyPlugin, subject: StrategySubject, options: BeginOptions = {}): Promise<BegunStrategy> {
  return begin(scope, plugin, subject, options, trainedSetting(settingOf(subject, options)));
}

/** The same with optimizers that write their gradients down and descend them. */
export function beginRecording(scope: ComponentScope, plugin: StrategyPlugin, subject: StrategySubject, options: BeginOptions = {}): Promise<BegunStrategy<ReturnType<typeof recordedSetting>['encoderOptimizer']>> {
  return begin(scope, plugin, subject, options, recordedSetting(settingOf(subject, options), 0.05));
}

function settingOf(subject: StrategySubject, { dropout = 0.3 }: BeginOptions) {
  return { items: exampleItemCount, ...lengthOf(subject), dropout };
}

async function begin<Made extends Optimizer>(scope: ComponentScope, plugin: StrategyPlugin, subject: StrategySubject, options: BeginOptions, setting: Setting<Made>): Promise<BegunStrategy<Made>> {
  scope.own(setting);
  const { sequenceModel, encoderOptimizer, sequenceModelOptimizer } = setting;
  const itemEncoder = options.itemEncoder?.(setting.itemEncoder) ?? setting.itemEncoder;
  const engine = options.engine ?? (await engineFor('operation by operation'));
  const strategy = await scope.create(plugin, subject, { engine, itemEncoder, itemDimension: itemEncoder.dimension, sequenceModel, encoderOptimizer, sequenceModelOptimizer });
  await strategy.begin({ ...setting.context, ...options.context });
  return { strategy, setting, weights: [...setting.itemEncoder.weights, ...sequenceModel.weights] };
}

/** One call of a run. */
export interface Call {
  readonly what: string;
  make(strategy: GradientStrategy): Promise<StepReport | void>;
}

/** The calls of a whole run. The batch of a step depends on its number alone; the last one of an epoch holds one history. */
export function callsOf(subject: StrategySubject, batchOf: (step: number, subject: StrategySubject) => Batch = exampleBatch): readonly Call[] {
  const { epochs, stepsPerEpoch } = lengthOf(subject);
  const epoch = (number: number): Call[] => [
    ...Array.from({ length: stepsPerEpoch }, (_, index): Call => {
      const step = number * stepsPerEpoch + index;
      return { what: `step ${step + 1}`, make: (strategy) => strategy.step(batchOf(step, subject)) };
    }),
    { what: `the end of epoch ${number + 1}`, make: (strategy) => strategy.endEpoch() },
  ];
  return [...Array.from({ length: epochs }, (_, number) => epoch(number)).flat(), { what: 'the end of the run', make: (strategy) => strategy.finish() }];
}

/** The last batch of an epoch is short. */
export function exampleBatch(step: number, subject: StrategySubject): Batch {
  const { stepsPerEpoch } = lengthOf(subject);
  return tinyBatch(step + 1, exampleItemCount, (step + 1) % stepsPerEpoch === 0 ? 1 : 3, 5);
}

/** A whole run, or what of it is still to come. */
export async function run(strategy: GradientStrategy, calls: readonly Call[]): Promise<readonly StepReport[]> {
  const reports: StepReport[] = [];
  for (const call of calls) {
    const report = await call.make(strategy);
    if (report !== undefined) reports.push(report);
  }
  return reports;
}

/** All weights of both networks as one list of numbers. */
export function flatWeights(weights: readonly Weight[]): readonly number[] {
  return Object.values(weightValues(weights)).flat();
}
