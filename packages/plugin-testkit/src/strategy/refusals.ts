import type { Batch } from '@gramkit/spec';
import { tinyBatch } from '@gramkit/tensor/testing';
import * as tf from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { failsAsTheSubjectSays, failsWith } from '../common/error-codes.js';
import { refusesForeignStates } from '../common/foreign-states.js';
import { sameNumbers } from '../comparison/number-lists.js';
import { withComponents } from '../surroundings/component-scope.js';
import { engineFor } from '../surroundings/engines.js';
import type { StrategySubject } from './strategy-subject.js';
import { beginTraining, callsOf, exampleBatch, exampleItemCount, flatWeights, run, type StrategyPlugin } from './strategy-trial.js';

/** Batches and states that do not fit are refused by name. */
export function throwsErrorsWithCodes(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const { strategy, setting } = await beginTraining(scope, plugin, subject);
    const batch = tinyBatch(1, exampleItemCount, 3, 5);
    const wrong: readonly (readonly [string, Batch])[] = [
      ['a batch of items that are not in the catalogue', { ...batch, itemIds: batch.itemIds.map((row) => row + exampleItemCount) }],
      ['a batch whose references point beyond its items', { ...batch, itemIds: batch.itemIds.slice(1) }],
    ];
    for (const [what, broken] of wrong) await failsWith(['DATA_MISMATCH'], what, () => strategy.step(broken));
    await failsWith(['DATA_EMPTY'], 'a batch without items', () => strategy.step({ ...batch, itemIds: new Int32Array(0) }));
    await run(strategy, callsOf(subject).slice(0, 1));
    await refusesForeignStates(strategy);
    const { itemEncoder, sequenceModel, encoderOptimizer, sequenceModelOptimizer } = setting;
    await failsAsTheSubjectSays(plugin, subject, { engine: await engineFor('operation by operation'), itemEncoder, itemDimension: itemEncoder.dimension, sequenceModel, encoderOptimizer, sequenceModelOptimizer });
  });
}

/** A loss that is no number ends the run before anything has changed. */
export function changesNothingWhereTheLossIsNoNumber(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const { strategy, setting, weights } = await beginTraining(scope, plugin, subject);
    await strategy.step(exampleBatch(0, subject));
    const scale = setting.sequenceModel.weights.find(({ name }) => name === 'scale')!.variable;
    tf.tidy(() => scale.assign(tf.scalar(Number.NaN)));
    const before = flatWeights(weights);
    await failsWith(['NUMERIC_FAILURE'], 'a step whose loss is no number', () => strategy.step(exampleBatch(0, subject)));
    demand(sameNumbers(flatWeights(weights), before), 'a step whose loss is no number changes weights', 'look at the loss (`readLoss` of @gramkit/tensor) before gradients are applied.');
  });
}
