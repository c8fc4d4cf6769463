import { definePlugin, GramkitError, isGramkitError, tokens, type Gradient, type GradientStrategy, type Optimizer } from '@gramkit/spec';
import { SingleStep, singleStepOptions } from '@gramkit/strategy-single-step';
import type { TrainedPair } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { StrategySubject } from '../strategy-subject.js';
import type { StrategyPlugin } from '../strategy-trial.js';

/** A bug, and the one check that must find it. */
export interface PlantedBug {
  readonly check: string;
  readonly bug: string;
  readonly plugin: StrategyPlugin;
  /** Default: exact. */
  readonly subject?: StrategySubject;
}

type Make = (pair: TrainedPair) => GradientStrategy;

/** A plugin of the strategy, as an author would define it. */
export function strategyPlugin(make: Make, options: z.ZodType = z.strictObject({})): StrategyPlugin {
  return definePlugin({
    specificationVersion: 1,
    kind: 'strategy',
    name: 'single-step',
    description: 'Of the tests alone.',
    options,
    dependencies: {
      engine: tokens.engine,
      itemEncoder: tokens.itemEncoder,
      sequenceModel: tokens.sequenceModel,
      encoderOptimizer: tokens.encoderOptimizer,
      sequenceModelOptimizer: tokens.sequenceModelOptimizer,
    },
    create: (given) => make(given as unknown as TrainedPair),
  });
}

const singleStep: Make = (pair) => new SingleStep(pair, singleStepOptions.parse({}));

export const honestPlugin = strategyPlugin(singleStep);

/** The honest strategy, some of it replaced. */
function planted(change: (strategy: GradientStrategy, pair: TrainedPair) => Partial<GradientStrategy>): StrategyPlugin {
  return strategyPlugin((pair) => {
    const strategy = singleStep(pair);
    return { ...delegateOf(strategy), ...change(strategy, pair) };
  });
}

function delegateOf(strategy: GradientStrategy): GradientStrategy {
  const { specificationVersion, kind, name } = strategy;
  return {
    specificationVersion, kind, name,
    begin: (context) => strategy.begin(context),
    step: (batch) => strategy.step(batch),
    endEpoch: () => strategy.endEpoch(),
    finish: () => strategy.finish(),
    itemEncodings: () => strategy.itemEncodings(),
    state: () => strategy.state(),
    restore: (state) => strategy.restore(state),
    dispose: () => strategy.dispose(),
  };
}

type Gradients = ReadonlyMap<string, Gradient>;

/** The honest strategy, whose encoder's optimizer gets other gradients. */
function givingTheEncoder(change: (gradients: Gradients, pair: TrainedPair) => Gradients): StrategyPlugin {
  return strategyPlugin((pair) => singleStep({ ...pair, encoderOptimizer: optimizerGiven(pair.encoderOptimizer, (gradients) => change(gradients, pair)) }));
}

/** @param planned whether it can be told of its updates */
function optimizerGiven(optimizer: Optimizer, change: (gradients: Gradients) => Gradients, planned = true): Optimizer {
  const { specificationVersion, kind, name } = optimizer;
  return {
    specificationVersion, kind, name,
    get stepCount() {
      return optimizer.stepCount;
    },
    ...(planned && { plan: (updates: number | undefined) => optimizer.plan?.(updates) }),
    apply: (gradients) => {
      const given = change(gradients);
      optimizer.apply(given);
      tf.dispose(Array.from(given).flatMap(([name, gradient]) => (gradients.get(name) === gradient ? [] : [gradient])));
    },
    state: () => optimizer.state(),
    restore: (state) => optimizer.restore(state),
    dispose: () => optimizer.dispose(),
  };
}

function doubled(gradients: Gradients): Gradients {
  return new Map(Array.from(gradients, ([name, gradient]) => [name, tf.mul(gradient as Tensor, 2)]));
}

function without(gradients: Gradients, left: string): Gradients {
  return new Map(Array.from(gradients).filter(([name]) => name !== left));
}

function shift(pair: TrainedPair, name: string): void {
  const { variable } = pair.itemEncoder.weights.find((weight) => weight.name === name)!;
  tf.tidy(() => variable.assign(tf.add(variable, 0.1)));
}

/** Optimizers that nobody can tell of their updates. */
function unplanned(optimizer: Optimizer): Optimizer {
  return optimizerGiven(optimizer, (gradients) => gradients, false);
}

/** A seed of its own for each run, which it keeps in its state. */
function drawsItsSeed(strategy: GradientStrategy, pair: TrainedPair): Partial<GradientStrategy> {
  let [own, seed] = [strategy, Math.floor(Math.random() * 2 ** 31)];
  let context: Parameters<GradientStrategy['begin']>[0] | undefined;
  return {
    begin: (given) => own.begin({ ...(context = given), seed }),
    step: (batch) => own.step(batch),
    state: () => ({ ...own.state(), values: { ...own.state().values, seed } }),
    restore: (state) => {
      own.dispose();
      seed = state.values.seed as number;
      own = singleStep(pair);
      void own.begin({ ...context!, seed });
      own.restore(state);
    },
    itemEncodings: () => own.itemEncodings(),
    dispose: () => own.dispose(),
  };
}

/** Throws at an interrupt after the step was made, and knows nothing of it. */
function losesItsPlace(strategy: GradientStrategy): Partial<GradientStrategy> {
  let signal: AbortSignal | undefined;
  return {
    begin: (context) => {
      signal = context.signal;
      return strategy.begin(context);
    },
    step: async (batch) => {
      const report = await strategy.step(batch);
      if (signal?.aborted) throw new GramkitError('INTERRUPTED', 'the step was interrupted');
      return report;
    },
  };
}

/** Encodings of the catalogue as they were when first asked for. */
function keepsEncodings(strategy: GradientStrategy): Partial<GradientStrategy> {
  let kept: Tensor2D | undefined;
  return {
    itemEncodings: async () => (kept ??= await strategy.itemEncodings()).clone(),
    dispose: () => {
      kept?.dispose();
      strategy.dispose();
    },
  };
}

/** Gives the encoder no gradient in the last step of all. */
const leavesTheLast: Make = (pair) => {
  let last = Number.POSITIVE_INFINITY;
  const strategy = singleStep({ ...pair, encoderOptimizer: optimizerGiven(pair.encoderOptimizer, (gradients) => (pair.encoderOptimizer.stepCount === last ? new Map() : gradients)) });
  return {
    ...delegateOf(strategy),
    begin: (context) => {
      last = context.epochs * context.stepsPerEpoch - 1;
      return strategy.begin(context);
    },
  };
};

const inexact: StrategySubject = { exact: false };

export const plantedBugs: readonly PlantedBug[] = [
  { check: 'declares what it is', bug: 'a name that is not the plugin\'s', plugin: planted(() => ({ name: 'one-step' })) },
  { check: 'moves the weights', bug: 'a weight of the encoder that is left out', plugin: givingTheEncoder((gradients) => without(gradients, 'output')), subject: inexact },
  {
    check: 'keeps frozen weights', bug: 'a frozen weight that is moved at the end',
    plugin: planted((strategy, pair) => ({
      finish: async () => {
        await strategy.finish();
        shift(pair, 'bias');
      },
    })),
  },
  { check: 'gives the gradients of end-to-end', bug: 'gradients of the encoder without the factor 1/2', plugin: givingTheEncoder(doubled) },
  { check: 'computes compiled what it computes operation by operation', bug: 'another rate where the engine compiles', plugin: givingTheEncoder((gradients, { engine }) => (engine?.compile === undefined ? gradients : doubled(gradients))) },
  { check: 'is deterministic under a seed', bug: 'a seed of its own', plugin: planted(drawsItsSeed) },
  { check: 'goes on from its state', bug: 'a state without the step', plugin: planted((strategy) => ({ state: () => ({ ...strategy.state(), values: { step: 0 } }) })) },
  { check: 'loses nothing to an interrupt', bug: 'a step that is made again', plugin: planted(losesItsPlace) },
  { check: 'loses no step at the end', bug: 'a last step that the encoder does not see', plugin: strategyPlugin(leavesTheLast), subject: inexact },
  {
    check: 'reports its cost', bug: 'a token too many',
    plugin: planted((strategy) => ({
      step: async (batch) => {
        const report = await strategy.step(batch);
        return { ...report, encoderTokensForward: report.encoderTokensForward + 1 };
      },
    })),
  },
  {
    check: 'plans the updates of its optimizers', bug: 'optimizers that are told nothing',
    plugin: strategyPlugin((pair) => singleStep({ ...pair, encoderOptimizer: unplanned(pair.encoderOptimizer), sequenceModelOptimizer: unplanned(pair.sequenceModelOptimizer) })),
  },
  { check: 'encodes with the current encoder', bug: 'encodings from before the first step', plugin: planted(keepsEncodings) },
  {
    check: 'changes nothing where the loss is no number', bug: 'an update before the look at the loss',
    plugin: planted((strategy, pair) => ({
      step: async (batch) => {
        try {
          return await strategy.step(batch);
        } catch (error) {
          if (isGramkitError(error) && error.code === 'NUMERIC_FAILURE') shift(pair, 'words');
          throw error;
        }
      },
    })),
  },
  {
    check: 'leaks no tensors', bug: 'a tensor that every step keeps',
    plugin: planted((strategy) => ({
      step: (batch) => {
        tf.keep(tf.scalar(1));
        return strategy.step(batch);
      },
    })),
  },
  { check: 'refuses unknown options', bug: 'a schema that is not strict', plugin: strategyPlugin(singleStep, z.object({})) },
  {
    check: 'throws errors with codes', bug: 'a plain error for a batch that does not fit',
    plugin: planted((strategy) => ({
      step: async (batch) => {
        try {
          return await strategy.step(batch);
        } catch (error) {
          if (isGramkitError(error) && error.code === 'DATA_MISMATCH') throw new RangeError(error.message);
          throw error;
        }
      },
    })),
  },
];
