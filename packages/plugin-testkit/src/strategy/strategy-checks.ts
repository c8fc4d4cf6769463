import type { ConformanceCheck } from '../check.js';
import { demandDeclared } from '../common/declared.js';
import { refusesUnknownOptions } from '../common/unknown-options.js';
import { declareChecks } from '../declare-checks.js';
import { withComponents } from '../surroundings/component-scope.js';
import { reportsItsCost } from './cost.js';
import { encodesWithTheCurrentEncoder } from './encodings.js';
import { computesCompiledTheSame, givesTheGradientsOfEndToEnd } from './gradients.js';
import { leaksNoTensors } from './leaks.js';
import { keepsFrozenWeights, losesNoStepAtTheEnd, movesTheWeights, plansUpdates } from './learning.js';
import { changesNothingWhereTheLossIsNoNumber, throwsErrorsWithCodes } from './refusals.js';
import { goesOnFromItsState, isDeterministic, losesNothingToAnInterrupt } from './resuming.js';
import type { StrategySubject } from './strategy-subject.js';
import { beginTraining, type StrategyPlugin } from './strategy-trial.js';

type Check = (plugin: StrategyPlugin, subject: StrategySubject) => Promise<void>;

/** What every gradient strategy must do; of one that claims to be exact, that its gradients are those of end-to-end. */
export function strategyChecks(plugin: StrategyPlugin, subject: StrategySubject = {}): readonly ConformanceCheck[] {
  const check = (name: string, work: Check): ConformanceCheck => ({ name, run: () => work(plugin, subject) });
  return [
    check('declares what it is', declaresWhatItIs),
    check('moves the weights', movesTheWeights),
    check('keeps frozen weights', keepsFrozenWeights),
    ...(subject.exact === true ? [check('gives the gradients of end-to-end', givesTheGradientsOfEndToEnd)] : []),
    check('computes compiled what it computes operation by operation', computesCompiledTheSame),
    check('is deterministic under a seed', isDeterministic),
    check('goes on from its state', goesOnFromItsState),
    check('loses nothing to an interrupt', losesNothingToAnInterrupt),
    ...((subject.encoderLearnsFrom ?? 'every step') === 'every step' ? [check('loses no step at the end', losesNoStepAtTheEnd)] : []),
    check('reports its cost', reportsItsCost),
    check('plans the updates of its optimizers', plansUpdates),
    check('encodes with the current encoder', encodesWithTheCurrentEncoder),
    check('changes nothing where the loss is no number', changesNothingWhereTheLossIsNoNumber),
    check('leaks no tensors', leaksNoTensors),
    check('refuses unknown options', refusesUnknownOptions),
    check('throws errors with codes', throwsErrorsWithCodes),
  ];
}

/** Declares the checks of a gradient strategy as tests of the calling file. */
export function testStrategy(plugin: StrategyPlugin, subject: StrategySubject = {}): void {
  declareChecks(`the strategy '${plugin.name}'`, strategyChecks(plugin, subject));
}

function declaresWhatItIs(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => demandDeclared(plugin, (await beginTraining(scope, plugin, subject)).strategy));
}
