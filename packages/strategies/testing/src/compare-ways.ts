import type { Engine, GradientStrategy, ItemEncoder, Optimizer, SequenceModel } from '@gramkit/spec';
import { recordedSetting, relativeDifference, tinyBatch } from '@gramkit/tensor/testing';

/** What strategies are made of. */
export interface StrategyParts {
  readonly itemEncoder: ItemEncoder;
  readonly sequenceModel: SequenceModel;
  readonly encoderOptimizer: Optimizer;
  readonly sequenceModelOptimizer: Optimizer;
  readonly engine?: Engine;
}

export interface WaysCompared {
  /** The greatest difference of a step's losses. */
  readonly loss: number;
  /** The greatest `||found - expected|| / ||expected||` of an update's gradients, all weights together. */
  readonly gradients: { readonly encoder: number; readonly sequenceModel: number };
  /** Updates of each. */
  readonly updates: { readonly encoder: number; readonly sequenceModel: number };
}

interface Schedule {
  readonly dropout?: number;
  readonly epochs?: number;
}

/** Epochs of four steps on batches that are unlike in shape, by plain descent: what each step changes reaches the next. */
async function trainedBy(engine: Engine | undefined, strategyOf: (parts: StrategyParts) => GradientStrategy, { dropout = 0, epochs = 1 }: Schedule) {
  const items = 40;
  const setting = recordedSetting({ items, dropout, stepsPerEpoch: 4, epochs }, 0.05);
  const strategy = strategyOf({ ...setting, engine });
  await strategy.begin(setting.context);
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [users, length] of [[4, 6], [7, 5], [3, 9], [4, 6]] as const) losses.push((await strategy.step(tinyBatch(losses.length, items, users, length))).loss);
    await strategy.endEpoch();
  }
  await strategy.finish();
  strategy.dispose();
  setting.dispose();
  return { losses, encoder: setting.encoderOptimizer.updates, sequenceModel: setting.sequenceModelOptimizer.updates };
}

/** Compares what a strategy hands to its optimizers under one engine with what it hands them under another; without one it runs operation by operation. */
export async function compareWays(strategyOf: (parts: StrategyParts) => GradientStrategy, { found, expected, ...schedule }: Schedule & { readonly found: Engine; readonly expected?: Engine }): Promise<WaysCompared> {
  const [reference, compared] = [await trainedBy(expected, strategyOf, schedule), await trainedBy(found, strategyOf, schedule)];
  const greatest = (name: 'encoder' | 'sequenceModel') => {
    if (compared[name].length !== reference[name].length) throw new Error(`${compared[name].length} updates of the ${name}, not ${reference[name].length}`);
    return Math.max(0, ...reference[name].map((update, index) => relativeDifference(compared[name][index]!, update)));
  };
  return {
    loss: Math.max(...reference.losses.map((loss, step) => Math.abs(compared.losses[step]! - loss))),
    gradients: { encoder: greatest('encoder'), sequenceModel: greatest('sequenceModel') },
    updates: { encoder: reference.encoder.length, sequenceModel: reference.sequenceModel.length },
  };
}
