import { isGramkitError, type ComponentState, type StepReport, type Weight } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { thrownBy } from '../common/error-codes.js';
import { sameNumbers } from '../comparison/number-lists.js';
import { withComponents, type ComponentScope } from '../surroundings/component-scope.js';
import { freeState, savedState } from '../surroundings/saved-state.js';
import { copyWeights } from '../surroundings/saved-weights.js';
import type { StrategySubject } from './strategy-subject.js';
import { beginTraining, callsOf, flatWeights, run, type BegunStrategy, type Call, type StrategyPlugin } from './strategy-trial.js';

/** Two runs of one seed. */
export function isDeterministic(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const [one, other] = [await wholeRun(scope, plugin, subject), await wholeRun(scope, plugin, subject)];
    const mend = 'derive masks, orders and draws from `seed` of the context and counters (`seedTensor`, `seededOrder`, `seededUniform` of @gramkit/tensor); take rows in the order of the batch.';
    demand(sameNumbers(other.losses, one.losses), 'two runs with the same seed report other losses', mend);
    demand(sameNumbers(other.weights, one.weights), 'two runs with the same seed end with other weights', mend);
  });
}

/** Begun anew from the state saved before any call, a run ends with the same bits as the one that went on. */
export function goesOnFromItsState(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const whole = await beginTraining(scope, plugin, subject);
    const calls = callsOf(subject);
    const passed: { readonly saved: Checkpoint; readonly losses: readonly number[] }[] = [];
    for (const call of calls) {
      const saved = checkpointOf(whole);
      passed.push({ saved, losses: lossesOf(await run(whole.strategy, [call])) });
    }
    const mend = 'put everything into `state()` that later calls depend on (step and epoch, tables of rows, positions of orders), as tensors that are copies and as JSON; `restore` copies what it needs.';
    for (const [stop, { saved }] of passed.entries()) {
      const resumed = await resume(scope, plugin, subject, saved);
      const losses = lossesOf(await run(resumed.strategy, calls.slice(stop)));
      const where = `stopped before ${calls[stop]!.what} and resumed, a run`;
      demand(sameNumbers(losses, passed.slice(stop).flatMap((later) => later.losses)), `${where} reports other losses than one that goes on`, mend);
      demand(sameNumbers(flatWeights(resumed.weights), flatWeights(whole.weights)), `${where} ends with other weights than one that goes on`, mend);
    }
  });
}

/** Whatever call the signal is raised in: it comes to its end, or goes on from the state that it left. */
export function losesNothingToAnInterrupt(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const [whole, again] = [await wholeRun(scope, plugin, subject), await wholeRun(scope, plugin, subject)];
    // Where runs differ anyway, which another check says, interrupts tell nothing.
    if (!sameNumbers(again.weights, whole.weights)) return;
    const calls = callsOf(subject);
    for (let place = 0; place < calls.length;) {
      const { weights, left } = await interruptedRun(scope, plugin, subject, calls, place);
      const what = left === undefined ? 'no call' : calls[left]!.what;
      demand(sameNumbers(weights, whole.weights), `a run that leaves ${what} at the raised signal and goes on ends with other weights than one that went through`,
        'where `step`, `endEpoch` or `finish` throws INTERRUPTED, leave in the state how far it came, so that the same call goes on from there; or come to the end of the call.');
      place = (left ?? calls.length) + 1;
    }
  });
}

/** A run whose signal is raised before the call at `place`. The first call that is left after that is made again, without a signal, by a strategy that is resumed from the state. */
async function interruptedRun(scope: ComponentScope, plugin: StrategyPlugin, subject: StrategySubject, calls: readonly Call[], place: number): Promise<{ readonly weights: readonly number[]; readonly left?: number }> {
  const interrupt = new AbortController();
  const begun = await beginTraining(scope, plugin, subject, { context: { signal: interrupt.signal } });
  for (const [index, call] of calls.entries()) {
    if (index === place) interrupt.abort();
    const thrown = await thrownBy(() => call.make(begun.strategy));
    if (thrown === undefined) continue;
    if (!interrupt.signal.aborted) throw thrown.error;
    demand(isGramkitError(thrown.error) && thrown.error.code === 'INTERRUPTED', `${call.what}, the signal raised, throws '${String(thrown.error)}'`, "throw new GramkitError('INTERRUPTED', …) of @gramkit/spec, or come to the end of the call.");
    const resumed = await resume(scope, plugin, subject, checkpointOf(begun));
    await run(resumed.strategy, calls.slice(index));
    return { weights: flatWeights(resumed.weights), left: index };
  }
  return { weights: flatWeights(begun.weights) };
}

/** What a checkpoint keeps of a run. */
interface Checkpoint {
  readonly states: readonly ComponentState[];
  readonly encoder: BegunStrategy['setting']['itemEncoder']['weights'];
  readonly model: BegunStrategy['setting']['sequenceModel']['weights'];
}

function checkpointOf({ strategy, setting }: BegunStrategy): Checkpoint {
  const kept = (weights: readonly Weight[]) => weights.map((weight) => ({ ...weight, variable: tf.variable(weight.variable, false) }));
  const states = [strategy, setting.encoderOptimizer, setting.sequenceModelOptimizer].map((part) => savedState(part.state()));
  return { states, encoder: kept(setting.itemEncoder.weights), model: kept(setting.sequenceModel.weights) };
}

/** A strategy and networks of a new process, from a checkpoint, which is freed. */
async function resume(scope: ComponentScope, plugin: StrategyPlugin, subject: StrategySubject, { states, encoder, model }: Checkpoint): Promise<BegunStrategy> {
  const resumed = await beginTraining(scope, plugin, subject);
  const { strategy, setting } = resumed;
  copyWeights(encoder, setting.itemEncoder.weights);
  copyWeights(model, setting.sequenceModel.weights);
  [strategy, setting.encoderOptimizer, setting.sequenceModelOptimizer].forEach((part, index) => part.restore(states[index]!));
  tf.dispose([...encoder, ...model].map(({ variable }) => variable));
  states.forEach(freeState);
  return resumed;
}

async function wholeRun(scope: ComponentScope, plugin: StrategyPlugin, subject: StrategySubject) {
  const { strategy, weights } = await beginTraining(scope, plugin, subject);
  const reports = await run(strategy, callsOf(subject));
  return { losses: lossesOf(reports), weights: flatWeights(weights) };
}

function lossesOf(reports: readonly StepReport[]): readonly number[] {
  return reports.map(({ loss }) => loss);
}
