import type { ConformanceCheck } from '../check.js';
import { failsAsTheSubjectSays } from '../common/error-codes.js';
import { refusesUnknownOptions } from '../common/unknown-options.js';
import { declareChecks } from '../declare-checks.js';
import { ignoresPadding as rowsIgnorePadding, isPure as preparingIsPure } from '../tokenizer/independence.js';
import { preparationOf } from '../tokenizer/preparation-trial.js';
import { refusesWhatIsNotThere } from '../tokenizer/refusals.js';
import { countsItsTokens, givesItsShapes as rowsHaveShapes } from '../tokenizer/shapes.js';
import { declaresWhatTheContainerNeeds } from './declarations.js';
import type { EncoderSubject } from './encoder-subject.js';
import { type EncoderPlugin, type EncoderTrial, withEncoder } from './encoder-trial.js';
import { agreesWithFiniteDifferences, computesCompiledTheSame, givesTheGradientsOfEndToEnd } from './gradients.js';
import { leaksNoTensors } from './leaks.js';
import { ignoresPadding } from './padding.js';
import { givesTheSameMasks, isDeterministic, isPure } from './repeatability.js';
import { givesItsShapes } from './shapes.js';
import { keepsFrozenWeights, survivesSaveAndLoad } from './weights.js';

/** What every encoder must do, whatever it reads. Errors are checked where the subject lists `failures`: no input is wrong for all encoders. */
export function encoderChecks(plugin: EncoderPlugin, subject: EncoderSubject = {}): readonly ConformanceCheck[] {
  const check = (name: string, work: (trial: EncoderTrial) => Promise<void> | void): ConformanceCheck => ({ name, run: () => withEncoder(plugin, subject, work) });
  return [
    check('declares what the container needs', (trial) => declaresWhatTheContainerNeeds(plugin, trial)),
    check('gives its shapes', givesItsShapes),
    check('is deterministic under a seed', isDeterministic),
    check('is pure', isPure),
    check('gives the same masks in a second pass', givesTheSameMasks),
    check('agrees with finite differences', agreesWithFiniteDifferences),
    check('gives the gradients of end-to-end in single-step', givesTheGradientsOfEndToEnd),
    check('computes compiled what it computes operation by operation', computesCompiledTheSame),
    check('ignores padding', ignoresPadding),
    check('survives save and load', survivesSaveAndLoad),
    check('keeps frozen weights', (trial) => keepsFrozenWeights(subject, trial)),
    { name: 'leaks no tensors', run: () => leaksNoTensors(plugin, subject) },
    { name: 'refuses unknown options', run: () => refusesUnknownOptions(plugin, subject) },
    ...(subject.failures === undefined ? [] : [check('throws errors with codes', (trial) => throwsErrorsWithCodes(plugin, subject, trial))]),
    check('prepares its items', preparesItsItems),
  ];
}

/** Declares the checks of an encoder as tests of the calling file. */
export function testEncoder(plugin: EncoderPlugin, subject: EncoderSubject = {}): void {
  declareChecks(`the encoder '${plugin.name}'`, encoderChecks(plugin, subject));
}

/** Its own preprocessor does what a tokenizer does; one of the configuration is no part of it. */
async function preparesItsItems({ encoder, items }: EncoderTrial): Promise<void> {
  if (encoder.preprocessor === undefined) return;
  const preparation = preparationOf(encoder.preprocessor, items);
  rowsHaveShapes(preparation);
  countsItsTokens(preparation);
  rowsIgnorePadding(preparation);
  preparingIsPure(preparation);
  await refusesWhatIsNotThere(preparation);
}

async function throwsErrorsWithCodes(plugin: EncoderPlugin, subject: EncoderSubject, { preprocessor, encoder }: EncoderTrial): Promise<void> {
  await failsAsTheSubjectSays(plugin, subject, encoder.preprocessor === undefined ? { tokenizer: preprocessor } : {});
}
