import type { RunReport } from '@gramkit/experiment';
import { train } from '../run-gram.js';

/** The strategies that are compared, the quick ones first, each with the epochs it needs to come to its best. */
export const strategies = {
  // Encodings kept by an earlier run would take their making out of the time that is measured.
  frozen: { strategy: { use: 'frozen', diskCache: 0 }, epochs: 10 },
  'multi-step': { strategy: { use: 'multi-step' }, epochs: 8 },
  'single-step': { strategy: { use: 'single-step' }, epochs: 4 },
} as const;

export type StrategyName = keyof typeof strategies;

/** One run at its best epoch by validation AUC. */
export interface QualityRun {
  readonly strategy: StrategyName;
  readonly seed: number;
  readonly auc: number;
  readonly coldStartAuc: number;
  readonly bestEpoch: number;
  /** Training alone, up to the end of the best epoch. */
  readonly secondsToBest: number;
  readonly trainingSeconds: number;
  readonly secondsPerStep: number;
  readonly peakMemoryBytes: number;
  readonly ceilingAuc: number;
}

/** Trains one strategy on the generated set at the sizes of docs/algorithm.md, keeping the best epoch. */
export async function runQuality(name: StrategyName, seed: number, dataSeed: number): Promise<QualityRun> {
  const { strategy, epochs } = strategies[name];
  return qualityOf(
    name,
    await train({
      seed,
      data: { use: 'generated', seed: dataSeed, split: { validation: 0.1 } },
      encoder: { use: 'bert' },
      model: { use: 'dkt', hidden: 128 },
      strategy,
      optimizers: { encoder: { use: 'adam', learningRate: 1e-4 }, model: { use: 'adam', learningRate: 1e-3 } },
      training: { epochs, batchSize: 32, patience: epochs },
    }),
  );
}

function qualityOf(strategy: StrategyName, report: RunReport): QualityRun {
  const best = report.validation.reduce((first, second) => ((second.metrics.auc ?? 0) > (first.metrics.auc ?? 0) ? second : first));
  const { auc, coldStartAuc } = report.test ?? { auc: null, coldStartAuc: null };
  if (auc === null || coldStartAuc === null || report.ceilingAuc === null) throw new Error(`the run of '${strategy}' reports no AUC, cold-start AUC or ceiling`);
  return {
    strategy,
    seed: report.seed,
    auc,
    coldStartAuc,
    bestEpoch: best.epoch,
    secondsToBest: best.trainingSeconds,
    trainingSeconds: report.trainingSeconds,
    secondsPerStep: report.secondsPerStep.mean,
    peakMemoryBytes: report.peakMemoryBytes,
    ceilingAuc: report.ceilingAuc,
  };
}
