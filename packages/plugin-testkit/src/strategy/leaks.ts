import * as tf from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { withComponents } from '../surroundings/component-scope.js';
import type { StrategySubject } from './strategy-subject.js';
import { beginTraining, callsOf, lengthOf, run, type StrategyPlugin } from './strategy-trial.js';

/** Runs as long as these, and twice as long, leave the same tensors; a disposal frees everything. */
export function leaksNoTensors(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const left = async (longer: StrategySubject): Promise<{ readonly afterRun: number; readonly afterDisposal: number }> => {
      const start = tf.memory().numTensors;
      const { strategy, setting } = await beginTraining(scope, plugin, longer);
      await run(strategy, callsOf(longer));
      (await strategy.itemEncodings()).dispose();
      const afterRun = tf.memory().numTensors - start;
      for (const component of [strategy, strategy, setting]) component.dispose();
      return { afterRun, afterDisposal: tf.memory().numTensors - start };
    };
    const { epochs } = lengthOf(subject);
    const [short, long] = [await left(subject), await left({ ...subject, epochs: 2 * epochs })];
    demand(long.afterRun === short.afterRun, `a run of ${epochs} more epochs leaves ${long.afterRun - short.afterRun} more tensors`, 'dispose what a step makes (tf.tidy for what is synchronous, tf.dispose in a finally for the rest), and what `itemEncodings`, tables and windows held once they are replaced.');
    demand(short.afterDisposal === 0, `after its disposal the strategy still holds ${short.afterDisposal} tensors, or freed some that were not its own`, 'dispose tables, windows and compiled passes in `dispose`, and no component that the strategy was given; a second call does nothing.');
  });
}
