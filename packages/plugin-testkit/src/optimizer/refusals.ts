import type { Gradient } from '@gramkit/spec';
import { isGramkitError } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { failsAsTheSubjectSays, failsWith, thrownBy } from '../common/error-codes.js';
import { refusesForeignStates } from '../common/foreign-states.js';
import { sameNumbers } from '../comparison/number-lists.js';
import type { OptimizerSubject } from './optimizer-subject.js';
import { applyOnce, exampleGradients, exampleWeights, flatValues, update, type OptimizerPlugin, type OptimizerTrial } from './optimizer-trial.js';

type Wrong = readonly [what: string, gradients: () => ReadonlyMap<string, Gradient>];

const misfits: readonly Wrong[] = [
  ['a gradient of a weight that is none of its own', () => new Map([...exampleGradients(1), ['other', tf.zeros([2])]])],
  ['a gradient of a frozen weight', () => new Map([...exampleGradients(1), ['frozen', tf.zeros([2, 2])]])],
  ['a gradient of another shape', () => new Map([...exampleGradients(1), ['vector', tf.zeros([5])]])],
];

/** No numbers may be found or not; where they are, nothing has changed. */
const noNumbers: Wrong = ['a gradient that is no number', () => new Map([...exampleGradients(1), ['number', tf.scalar(Number.NaN)]])];

/** Gradients, states and options that do not fit are refused by name. */
export async function throwsErrorsWithCodes(plugin: OptimizerPlugin, subject: OptimizerSubject, trial: OptimizerTrial): Promise<void> {
  const { optimizer } = trial;
  for (const [what, gradients] of misfits) await failsWith(['ENGINE_FAILED'], what, () => applyOnce(optimizer, gradients()));
  const found = await thrownBy(() => applyOnce(optimizer, noNumbers[1]()));
  demand(found === undefined || (isGramkitError(found.error) && found.error.code === 'NUMERIC_FAILURE'), `${noNumbers[0]} gives '${String(found?.error)}'`, "throw new GramkitError('NUMERIC_FAILURE', …) of @gramkit/spec where it is found.");
  update(trial, 2, 4);
  await refusesForeignStates(optimizer);
  const weights = exampleWeights();
  await failsAsTheSubjectSays(plugin, subject, { optimizedWeights: weights });
  tf.dispose(weights.map(({ variable }) => variable));
}

/** Whatever `apply` or `prepare` refuse, weights and step count are as before; and preparing changes nothing. */
export async function changesNothingWhereItRefuses({ optimizer, weights }: OptimizerTrial): Promise<void> {
  update({ optimizer, weights }, 0, 2);
  const before = [optimizer.stepCount, ...flatValues(weights)];
  const unchanged = (after: string): void => demand(sameNumbers([optimizer.stepCount, ...flatValues(weights)], before), `weights or \`stepCount\` have changed after ${after}`, 'check all gradients before a weight, a slot or the step count is changed; `prepare` only checks.');
  for (const [what, gradients] of [...misfits, noNumbers]) {
    for (const [how, attempt] of [['prepare', optimizer.prepare?.bind(optimizer)], ['apply', optimizer.apply.bind(optimizer)]] as const) {
      if (attempt === undefined) continue;
      const given = gradients();
      const refused = await thrownBy(() => attempt(given));
      tf.dispose(Array.from(given.values()));
      if (how === 'apply' && refused === undefined) return;
      unchanged(`${what} was ${refused === undefined ? 'prepared' : 'refused'} by \`${how}\``);
    }
  }
}
