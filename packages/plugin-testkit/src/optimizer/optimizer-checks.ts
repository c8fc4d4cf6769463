import type { ConformanceCheck } from '../check.js';
import { demandDeclared } from '../common/declared.js';
import { refusesUnknownOptions } from '../common/unknown-options.js';
import { declareChecks } from '../declare-checks.js';
import { leaksNoTensors } from './leaks.js';
import type { OptimizerSubject } from './optimizer-subject.js';
import { withOptimizer, type OptimizerPlugin, type OptimizerTrial } from './optimizer-trial.js';
import { changesNothingWhereItRefuses, throwsErrorsWithCodes } from './refusals.js';
import { addsUpGradientsOfRows, countsItsSteps, descends, followsTheRateFactor, goesOnFromItsState, isDeterministic, keepsFrozenWeights, takesAMissingGradientAsZeros } from './updates.js';

/** What every optimizer must do. */
export function optimizerChecks(plugin: OptimizerPlugin, subject: OptimizerSubject = {}): readonly ConformanceCheck[] {
  const check = (name: string, work: (trial: OptimizerTrial) => Promise<void> | void): ConformanceCheck => ({ name, run: () => withOptimizer(plugin, subject, work) });
  return [
    check('declares what it is', ({ optimizer }) => demandDeclared(plugin, optimizer)),
    check('descends', (trial) => descends(trial, subject)),
    check('is deterministic', isDeterministic),
    check('goes on from its state', goesOnFromItsState),
    check('follows the rate factor', followsTheRateFactor),
    check('counts its steps', countsItsSteps),
    check('keeps frozen weights', keepsFrozenWeights),
    check('takes a missing gradient as zeros', takesAMissingGradientAsZeros),
    check('adds up gradients of rows', addsUpGradientsOfRows),
    check('changes nothing where it refuses gradients', changesNothingWhereItRefuses),
    { name: 'leaks no tensors', run: () => leaksNoTensors(plugin, subject) },
    { name: 'refuses unknown options', run: () => refusesUnknownOptions(plugin, subject) },
    check('throws errors with codes', (trial) => throwsErrorsWithCodes(plugin, subject, trial)),
  ];
}

/** Declares the checks of an optimizer as tests of the calling file. */
export function testOptimizer(plugin: OptimizerPlugin, subject: OptimizerSubject = {}): void {
  declareChecks(`the optimizer '${plugin.name}'`, optimizerChecks(plugin, subject));
}
