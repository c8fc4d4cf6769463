import type { Batch, HostTensor } from '@gramkit/spec';
import { weightValues } from '@gramkit/tensor/testing';
import { demand } from '../check.js';
import { sameNumbers } from '../comparison/number-lists.js';
import { withComponents } from '../surroundings/component-scope.js';
import { changedWeights } from '../surroundings/saved-weights.js';
import type { StrategySubject } from './strategy-subject.js';
import { beginRecording, beginTraining, callsOf, exampleBatch, flatWeights, lengthOf, run, type StrategyPlugin } from './strategy-trial.js';

/** A run moves the weights that it should, and those alone. */
export function movesTheWeights(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const { strategy, setting } = await beginTraining(scope, plugin, subject);
    const [encoder, model] = [setting.itemEncoder.weights, setting.sequenceModel.weights].map((weights) => weights.filter(({ trainable }) => trainable));
    const before = weightValues([...encoder!, ...model!]);
    await run(strategy, callsOf(subject));
    const learns = subject.encoderLearnsFrom ?? 'every step';
    demand(changedWeights(model!, before).length === model!.length, 'after a run some weights of the sequence model are where they were', 'give `sequenceModelOptimizer.apply` the gradients of every step.');
    const moved = changedWeights(encoder!, before).length;
    if (learns === 'none') demand(moved === 0, "a run changes the encoder, although the subject says that it learns from 'none' of the steps", "leave the encoder's weights alone, or say in the subject what it learns from.");
    else demand(moved === encoder!.length, 'after a run some trained weights of the encoder are where they were', "give `encoderOptimizer.apply` the encoder's gradients, or set `encoderLearnsFrom` of the subject to 'none'.");
  });
}

/** Weights that are not trained stay where they are. */
export function keepsFrozenWeights(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const { strategy, weights } = await beginTraining(scope, plugin, subject);
    const frozen = weights.filter(({ trainable }) => !trainable);
    const before = weightValues(frozen);
    await run(strategy, callsOf(subject));
    const moved = changedWeights(frozen, before);
    demand(moved.length === 0, `a run changes ${moved.join(', ')}, which are frozen`, 'take and apply gradients of weights with `trainable: true` alone (`trainableWeights` of @gramkit/tensor).');
  });
}

/** What the last step brings reaches the encoder, however short its epoch or window. */
export function losesNoStepAtTheEnd(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const { epochs, stepsPerEpoch } = lengthOf(subject);
    const last = epochs * stepsPerEpoch - 1;
    const encoderAfter = async (batchOf: (step: number, subject: StrategySubject) => Batch) => {
      const { strategy, setting } = await beginTraining(scope, plugin, subject);
      await run(strategy, callsOf(subject, batchOf));
      return flatWeights(setting.itemEncoder.weights);
    };
    const [one, other] = [await encoderAfter(exampleBatch), await encoderAfter((step, of) => (step === last ? answeredOtherwise(exampleBatch(step, of)) : exampleBatch(step, of)))];
    demand(!sameNumbers(other, one), 'whatever the responses of the last step are, the encoder ends the same: it has not learned from it', "train the encoder on what is left over, in `step`, `endEpoch` or `finish`, where a last window or batch is short; or set `encoderLearnsFrom` of the subject to 'some steps'.");
  });
}

/** Optimizers are told of their updates before the first. */
export function plansUpdates(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const { strategy, setting } = await beginRecording(scope, plugin, subject);
    const planned = { encoder: [...setting.encoderOptimizer.planned], model: [...setting.sequenceModelOptimizer.planned] };
    await run(strategy, callsOf(subject));
    for (const [place, { updates }] of [['encoder', setting.encoderOptimizer], ['model', setting.sequenceModelOptimizer]] as const) {
      const [number] = planned[place];
      const right = planned[place].length === 1 ? number === undefined || number === updates.length : updates.length === 0;
      demand(right, `\`begin\` told the optimizer of the ${place} ${planned[place].length === 0 ? 'nothing' : `to expect ${planned[place].join(', ')} updates`}; a run made ${updates.length}`,
        `call \`planUpdates('${place}', …)\` of @gramkit/tensor once in \`begin\`, with the number of updates in all epochs, or with undefined where it depends on the data: schedules end by it.`);
    }
  });
}

/** The last response of each history is another one. All of them would not do: the small model gives the opposite of a history the opposite score. */
function answeredOtherwise(batch: Batch): Batch {
  const { responses, lengths } = batch.fields as { responses: Extract<HostTensor, { dtype: 'float32' }>; lengths: HostTensor };
  const data = responses.data.slice();
  lengths.data.forEach((length, row) => {
    const last = row * responses.shape[1]! + length - 1;
    data[last] = 1 - data[last]!;
  });
  return { ...batch, fields: { ...batch.fields, responses: { ...responses, data } } };
}
