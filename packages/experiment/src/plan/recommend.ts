import type { DataShape } from './data-shape.js';
import type { StrategyEstimate } from './estimate.js';

/** Which strategy to train with, and why. */
export interface Recommendation {
  /** Undefined where none of them fits into memory. */
  readonly strategy: string | undefined;
  readonly reasons: readonly string[];
}

/** Strategies that reach the encoder; others are recommended only where nothing else fits. */
const families = ['end-to-end', 'single-step', 'multi-step'] as const;
/** How much longer the exact gradient may take before windows are worth their tuning. */
const worthExactness = 1.5;
/** R above which single-step is said to save much. */
const noteworthyRatio = 1.5;

/**
 * Of the strategies that train the encoder and fit into `memoryBytes`: the faster of single-step and end-to-end, which have the same
 * gradient, unless the fastest multi-step takes less than two thirds of its time. Ties and approximations of the gradient other than
 * multi-step's (a cache) are left to the reader.
 */
export function recommend(shape: DataShape, estimates: readonly StrategyEstimate[], memoryBytes: number): Recommendation {
  const reasons = ratioReasons(shape);
  const fitting = estimates.filter(({ peakMemoryBytes }) => peakMemoryBytes <= memoryBytes);
  const left = estimates.filter((one) => !fitting.includes(one)).map(({ strategy }) => strategy);
  if (left.length > 0) reasons.push(`${left.join(', ')} would need more than the ${gibibytes(memoryBytes)} of memory that are free`);
  const fastestOf = (names: readonly string[]): StrategyEstimate | undefined => fastest(fitting.filter(({ strategy }) => names.includes(familyOf(strategy))));
  const exact = fastestOf(['end-to-end', 'single-step']);
  const windows = fastestOf(['multi-step']);
  if (exact === undefined && windows === undefined) return withoutTraining(fitting, reasons);
  if (windows === undefined || (exact !== undefined && exact.trainingSeconds <= worthExactness * windows.trainingSeconds)) {
    const beside = windows === undefined ? '' : `, and takes ${times(exact!.trainingSeconds / windows.trainingSeconds)} the time of ${windows.strategy}`;
    return { strategy: exact!.strategy, reasons: [...reasons, `${exact!.strategy} has the exact gradient${beside}`] };
  }
  const gain = exact === undefined ? 'is the only one measured that trains the encoder' : `takes ${times(windows.trainingSeconds / exact.trainingSeconds)} the time of ${exact.strategy}`;
  return { strategy: windows.strategy, reasons: [...reasons, `${windows.strategy} ${gain}; watch its signals in metrics.jsonl (docs/algorithm.md)`] };
}

function withoutTraining(fitting: readonly StrategyEstimate[], reasons: readonly string[]): Recommendation {
  const chosen = fastest(fitting);
  if (chosen === undefined) return { strategy: undefined, reasons: [...reasons, 'take a smaller training.batchSize, or a smaller encoder'] };
  return { strategy: chosen.strategy, reasons: [...reasons, `of the strategies that train the encoder as GRAM does none was measured that fits`] };
}

function ratioReasons({ interactionsPerUniqueItem, interactionsPerItem, batches }: DataShape): string[] {
  const saves = interactionsPerUniqueItem >= noteworthyRatio ? 'single-step saves up to as much' : 'single-step saves little';
  return [
    `R is ${interactionsPerUniqueItem.toFixed(1)} in a batch (mean of ${batches}): ${saves}`,
    `R is ${interactionsPerItem.toFixed(0)} over the data: what multi-step could save at most in an epoch`,
  ];
}

function familyOf(strategy: string): string {
  return families.find((family) => strategy === family || strategy.startsWith(`${family}:`)) ?? strategy;
}

function fastest(estimates: readonly StrategyEstimate[]): StrategyEstimate | undefined {
  return estimates.reduce<StrategyEstimate | undefined>((best, one) => (best === undefined || one.trainingSeconds < best.trainingSeconds ? one : best), undefined);
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 0.1 ? 3 : 2)} times`;
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
