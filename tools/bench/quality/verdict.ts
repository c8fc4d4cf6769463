import { mean } from '../statistics.js';
import type { QualityRun, StrategyName } from './runs.js';

/** One thing that must hold, with the numbers that decide it. */
export interface Requirement {
  readonly name: string;
  readonly measured: number;
  readonly wanted: string;
  readonly holds: boolean;
}

/** What must hold of the means over the seeds. */
export function requirements(runs: readonly QualityRun[], frozenShare: number): readonly Requirement[] {
  const average = (strategy: StrategyName, value: (run: QualityRun) => number): number =>
    mean(runs.filter((run) => run.strategy === strategy).map(value));
  const auc = (strategy: StrategyName): number => average(strategy, (run) => run.auc);
  const coldStart = (strategy: StrategyName): number => average(strategy, (run) => run.coldStartAuc);
  const toBest = (strategy: StrategyName): number => average(strategy, (run) => run.secondsToBest);
  return [
    within('AUC of the true probabilities (ceiling)', runs[0]!.ceilingAuc, 0.891, 0.005),
    within('difficulty of unseen items explained by frozen encodings', frozenShare, 0.36, 0.05),
    atLeast('cold-start AUC, single-step over frozen', coldStart('single-step') - coldStart('frozen'), 0.04),
    atLeast('cold-start AUC, multi-step over frozen', coldStart('multi-step') - coldStart('frozen'), 0.04),
    atLeast('AUC, multi-step less single-step', auc('multi-step') - auc('single-step'), -0.003),
    atLeast('AUC, multi-step', auc('multi-step'), 0.852),
    atLeast('cold-start AUC, multi-step', coldStart('multi-step'), 0.8),
    atLeast('time of single-step to its best over time of multi-step', toBest('single-step') / average('multi-step', (run) => run.trainingSeconds), 6),
  ];
}

function atLeast(name: string, measured: number, least: number): Requirement {
  return { name, measured, wanted: `at least ${least}`, holds: measured >= least };
}

function within(name: string, measured: number, target: number, tolerance: number): Requirement {
  return { name, measured, wanted: `${target} within ${tolerance}`, holds: Math.abs(measured - target) <= tolerance };
}

/** The runs and the requirements as two Markdown tables. */
export function formatQuality(runs: readonly QualityRun[], wanted: readonly Requirement[]): string {
  const rows = runs.map((run) =>
    [run.strategy, run.seed, run.auc.toFixed(4), run.coldStartAuc.toFixed(4), run.bestEpoch, run.secondsToBest.toFixed(0), run.trainingSeconds.toFixed(0),
      run.secondsPerStep.toFixed(3), (run.peakMemoryBytes / 2 ** 30).toFixed(2)].join(' | '));
  const verdicts = wanted.map(({ name, measured, wanted: target, holds }) => [name, measured.toFixed(4), target, holds ? 'yes' : 'NO'].join(' | '));
  return [
    '| strategy | seed | AUC | cold-start AUC | best epoch | seconds to best | training seconds | s/step | peak GiB |', '|---|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`), '',
    '| requirement (means over the seeds) | measured | wanted | holds |', '|---|---|---|---|',
    ...verdicts.map((row) => `| ${row} |`),
  ].join('\n');
}
