import { EndToEnd, endToEndOptions } from '@gramkit/strategy-end-to-end';
import { recordedSetting, relativeDifference } from '@gramkit/tensor/testing';
import { demand } from '../check.js';
import { greatestDifference } from '../comparison/number-lists.js';
import { withComponents } from '../surroundings/component-scope.js';
import { engineFor } from '../surroundings/engines.js';
import { savedState } from '../surroundings/saved-state.js';
import type { StrategySubject } from './strategy-subject.js';
import { beginRecording, callsOf, exampleItemCount, flatWeights, lengthOf, run, type StrategyPlugin } from './strategy-trial.js';

/** Every step hands over what end-to-end hands over. */
export function givesTheGradientsOfEndToEnd(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    // Without dropout: which masks a strategy draws is its own matter.
    const { strategy, setting: found } = await beginRecording(scope, plugin, subject, { dropout: 0 });
    const expected = scope.own(recordedSetting({ items: exampleItemCount, ...lengthOf(subject) }, 0.05));
    const reference = scope.own(new EndToEnd(expected, endToEndOptions.parse({})));
    await reference.begin(expected.context);
    for (const [each, calls] of [[strategy, callsOf(subject)], [reference, callsOf(subject)]] as const) await run(each, calls);
    const mend = 'sum the gradients of a row over all its occurrences, and apply the gradients of both networks once a step; or leave `exact` out of the subject.';
    for (const optimizer of ['encoderOptimizer', 'sequenceModelOptimizer'] as const) {
      const [updates, ofReference] = [found[optimizer].updates, expected[optimizer].updates];
      demand(updates.length === ofReference.length, `the ${optimizer} made ${updates.length} updates where end-to-end makes ${ofReference.length}`, mend);
      ofReference.forEach((update, step) => {
        const difference = relativeDifference(updates[step]!, update);
        demand(difference < 1e-4, `the gradients that step ${step + 1} gives the ${optimizer} differ from those of end-to-end by ${difference.toPrecision(2)} of their length`, mend);
      });
    }
  });
}

/** An engine that compiles changes nothing. */
export function computesCompiledTheSame(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const [expected, found] = [await beginRecording(scope, plugin, subject), await beginRecording(scope, plugin, subject, { engine: await engineFor('compiled') })];
    // Whatever each has drawn for itself as it began.
    found.strategy.restore(savedState(expected.strategy.state()));
    for (const { strategy } of [expected, found]) await run(strategy, callsOf(subject));
    const difference = greatestDifference(flatWeights(found.weights), flatWeights(expected.weights));
    demand(difference < 1e-4, `after a run with an engine that compiles, weights differ by ${difference.toPrecision(2)} from a run that computes operation by operation`, 'compile by `NetworkPasses` of @gramkit/tensor, or see that what your stages read (seeds, rates, rows) are inputs and not values of the time they were recorded.');
  });
}
