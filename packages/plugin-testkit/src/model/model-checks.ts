import type { ConformanceCheck } from '../check.js';
import { refusesUnknownOptions } from '../common/unknown-options.js';
import { declareChecks } from '../declare-checks.js';
import { predictsFromThePast } from './future.js';
import { agreesWithFiniteDifferences, computesCompiledTheSame, givesTheGradientsOfEndToEnd } from './gradients.js';
import { leaksNoTensors } from './leaks.js';
import { givesAMeanOverItsCount } from './mean-loss.js';
import type { ModelSubject } from './model-subject.js';
import { withModel, type ModelPlugin, type ModelTrial } from './model-trial.js';
import { ignoresPadding } from './padding.js';
import { throwsErrorsWithCodes } from './refusals.js';
import { givesTheSameMasks, isDeterministic } from './repeatability.js';
import { declaresItsTask, givesItsShapes } from './shapes.js';
import { keepsFrozenWeights, survivesSaveAndLoad } from './weights.js';
import { keepsWindowsApart, leavesOutWhatDoesNotCount } from './windows.js';

/** What every sequence model must do, whichever its task. */
export function modelChecks(plugin: ModelPlugin, subject: ModelSubject = {}): readonly ConformanceCheck[] {
  const check = (name: string, work: (trial: ModelTrial) => Promise<void> | void): ConformanceCheck => ({ name, run: () => withModel(plugin, subject, work) });
  /** Of one task or layout alone; of others there is nothing to check. */
  const where = (applies: (model: ModelTrial['model']) => boolean, work: (trial: ModelTrial) => void) => (trial: ModelTrial): void => {
    if (applies(trial.model)) work(trial);
  };
  return [
    check('declares its task', (trial) => declaresItsTask(plugin, trial)),
    check('gives its shapes', givesItsShapes),
    check('is deterministic under a seed', isDeterministic),
    check('gives the same masks in a second pass', givesTheSameMasks),
    check('agrees with finite differences', agreesWithFiniteDifferences),
    check('gives the gradients of end-to-end in single-step', givesTheGradientsOfEndToEnd),
    check('computes compiled what it computes operation by operation', computesCompiledTheSame),
    check('gives a mean over its count', givesAMeanOverItsCount),
    check('ignores padding', ignoresPadding),
    check('predicts nothing from the future', predictsFromThePast),
    check('leaves out what does not count', where(({ task }) => task === 'knowledge-tracing', leavesOutWhatDoesNotCount)),
    check('keeps windows apart', where(({ batchLayout }) => batchLayout === 'rows', keepsWindowsApart)),
    check('survives save and load', survivesSaveAndLoad),
    check('keeps frozen weights', keepsFrozenWeights),
    { name: 'leaks no tensors', run: () => leaksNoTensors(plugin, subject) },
    { name: 'refuses unknown options', run: () => refusesUnknownOptions(plugin, subject) },
    check('throws errors with codes', (trial) => throwsErrorsWithCodes(plugin, subject, trial)),
  ];
}

/** Declares the checks of a sequence model as tests of the calling file. */
export function testModel(plugin: ModelPlugin, subject: ModelSubject = {}): void {
  declareChecks(`the model '${plugin.name}'`, modelChecks(plugin, subject));
}
