import { mkdtemp, rm } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { GramkitError, type Json, type Plugin } from '@gramkit/spec';
import { resolveSections } from '../configuration/resolve-sections.js';
import { formatConfiguration, type ResolvedConfiguration, writtenForm } from '../configuration/resolved-configuration.js';
import { strategySlug, withStrategy } from '../configuration/strategy-shorthand.js';
import type { RunEvent } from '../report/run-events.js';
import { writeWhole } from '../run/write-file.js';
import type { CalibratedStrategy } from './calibrate.js';
import type { DataShape } from './data-shape.js';
import { estimate, type StrategyEstimate } from './estimate.js';
import { recommend, type Recommendation } from './recommend.js';

export interface PlanOptions {
  readonly configuration: ResolvedConfiguration;
  /** Names as in a comparison. */
  readonly strategies: readonly string[];
  /** Calibrates the strategy of one configuration file, in a process of its own if memory is to mean anything. */
  readonly calibrateOne: (configurationFile: string, strategy: string, onEvent: (event: RunEvent) => void) => Promise<CalibratedStrategy>;
  readonly onEvent?: (strategy: string, event: RunEvent) => void;
  /** What a strategy may need; otherwise what is free now. */
  readonly memoryBytes?: number;
  readonly plugins?: readonly Plugin[];
}

/** What `gram plan` says. */
export interface Plan {
  readonly formatVersion: 1;
  readonly batchSize: number;
  readonly epochs: number;
  readonly shape: DataShape;
  readonly strategies: readonly StrategyEstimate[];
  readonly memoryBytes: number;
  readonly recommendation: Recommendation;
  readonly device: string;
  readonly precision: string;
}

/**
 * Predicts what a configuration costs under several strategies, and recommends one. Nothing is written but temporary files.
 * @throws GramkitError USAGE for no strategy or one named twice; CONFIGURATION_INVALID before anything is calibrated where a strategy refuses its options.
 */
export async function planRuns(options: PlanOptions): Promise<Plan> {
  const { configuration, strategies } = options;
  const memoryBytes = options.memoryBytes ?? freemem();
  checkNames(strategies);
  const resolved: (readonly [string, ResolvedConfiguration])[] = [];
  for (const strategy of strategies) resolved.push([strategy, await configurationFor(strategy, options)]);
  const calibrated = await calibrateAll(resolved, options);
  const { training } = configuration;
  const [{ shape, device, precision }] = calibrated as [CalibratedStrategy, ...CalibratedStrategy[]];
  const estimates = calibrated.map((one) => estimate(one, { shape, batchSize: training.batchSize, epochs: training.epochs }));
  return {
    formatVersion: 1, batchSize: training.batchSize, epochs: training.epochs, shape, strategies: estimates, memoryBytes,
    recommendation: recommend(shape, estimates, memoryBytes), device, precision,
  };
}

async function calibrateAll(resolved: readonly (readonly [string, ResolvedConfiguration])[], { calibrateOne, onEvent }: PlanOptions): Promise<readonly CalibratedStrategy[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gram-plan-'));
  try {
    const calibrated: CalibratedStrategy[] = [];
    for (const [strategy, one] of resolved) {
      const file = join(folder, `${strategySlug(strategy)}.yaml`);
      await writeWhole(file, formatConfiguration(one));
      calibrated.push(await calibrateOne(file, strategy, (event) => onEvent?.(strategy, event)));
    }
    return calibrated;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function checkNames(strategies: readonly string[]): void {
  const twice = strategies.find((strategy, index) => strategies.indexOf(strategy) !== index);
  if (strategies.length > 0 && twice === undefined) return;
  throw new GramkitError('USAGE', twice === undefined ? 'there is no strategy to plan' : `the strategy '${twice}' is named twice`, { fix: "Name strategies, for instance '--strategies frozen,single-step,multi-step:1e'." });
}

function configurationFor(strategy: string, { configuration, plugins }: PlanOptions): Promise<ResolvedConfiguration> {
  const written = writtenForm(configuration);
  const sections = { ...written, strategy: withStrategy(written['strategy'] as Readonly<Record<string, Json>>, strategy) };
  return resolveSections(strategy, sections, configuration, plugins);
}
