import { join } from 'node:path';
import { makeFolder } from '@gramkit/data';
import { GramkitError, type Json, type Plugin } from '@gramkit/spec';
import { resolveSections } from '../configuration/resolve-sections.js';
import { formatConfiguration, type ResolvedConfiguration, writtenForm } from '../configuration/resolved-configuration.js';
import { strategySlug } from '../configuration/strategy-shorthand.js';
import { unwritable, writeWhole } from '../run/write-file.js';
import { type CustomVariants, variantOf } from './variants.js';

/** What bounds one strategy of a comparison. */
export interface ComparisonLimit {
  /** Of training: the run is cut there and its time per epoch extrapolated. */
  readonly seconds?: number;
  readonly steps?: number;
}

/** The runs that a comparison asks for. */
export interface ComparisonPlan {
  readonly configuration: ResolvedConfiguration;
  /** Names: `['no-content', 'frozen', 'end-to-end', 'multi-step:10', 'multi-step:1e']`, with an interval where the strategy takes one. */
  readonly strategies: readonly string[];
  /** Names of their own for other settings than the strategy's. */
  readonly variants?: CustomVariants;
  /** How many seeds, from the configuration's on; 1 where left out. */
  readonly seeds?: number;
  /** By strategy, as named in `strategies`. */
  readonly limits?: Readonly<Record<string, ComparisonLimit>>;
  /** Plugin instances that the embedding program brings. */
  readonly plugins?: readonly Plugin[];
}

/** One of them, checked. */
export interface PlannedRun {
  readonly strategy: string;
  readonly seed: number;
  readonly configuration: ResolvedConfiguration;
  /** The configuration as a file, in `configurations/`. */
  readonly file: string;
}

/**
 * Checks every run of a comparison and writes their configurations: whatever is wrong with one shows before the first of them runs. All runs of
 * the first seed come before those of the second, so that an interrupted comparison is whole as far as it came.
 * @throws GramkitError USAGE for a name twice, a limit or a variant of none; CONFIGURATION_INVALID where a strategy refuses its options; OUTPUT_UNWRITABLE.
 */
export async function planRuns(plan: ComparisonPlan): Promise<readonly PlannedRun[]> {
  checkNames(plan);
  const folder = join(plan.configuration.output, 'configurations');
  const seeds = Array.from({ length: plan.seeds ?? 1 }, (_, index) => plan.configuration.seed + index);
  const runs: PlannedRun[] = [];
  for (const seed of seeds) {
    for (const strategy of plan.strategies) runs.push({ strategy, seed, configuration: await configurationFor(strategy, seed, plan), file: join(folder, `${runName(strategy, seed, plan)}.yaml`) });
  }
  await makeFolder(folder).catch((cause: unknown) => {
    throw unwritable(folder, cause);
  });
  for (const { file, configuration } of runs) await writeWhole(file, formatConfiguration(configuration));
  return runs;
}

function checkNames({ strategies, limits = {}, variants = {} }: ComparisonPlan): void {
  const twice = strategies.find((strategy, index) => strategies.findIndex((other) => strategySlug(other) === strategySlug(strategy)) !== index);
  if (strategies.length === 0 || twice !== undefined) {
    throw new GramkitError('USAGE', twice === undefined ? 'there is no strategy to compare' : `the strategy '${twice}' is named twice`, { fix: "Name strategies, for instance '--strategies frozen,single-step,multi-step:1e'." });
  }
  for (const [what, names] of [['limit is set for', Object.keys(limits)], ['variant is made for', Object.keys(variants)]] as const) {
    const stray = names.find((name) => !strategies.includes(name));
    if (stray !== undefined) throw new GramkitError('USAGE', `a ${what} '${stray}', which is not compared`, { alternatives: strategies, fix: `Name it in --strategies too.` });
  }
}

async function configurationFor(strategy: string, seed: number, plan: ComparisonPlan): Promise<ResolvedConfiguration> {
  const { sections, overrides } = variantOf(strategy, writtenForm(plan.configuration), plan.variants);
  const limit = plan.limits?.[strategy];
  const training = sections['training'] as Readonly<Record<string, Json>>;
  const written = {
    ...sections,
    seed,
    training: { ...training, ...(limit?.seconds === undefined ? {} : { maximumSeconds: limit.seconds }), ...(limit?.steps === undefined ? {} : { maximumSteps: limit.steps }) },
    output: join(plan.configuration.output, runName(strategy, seed, plan)),
  };
  return resolveSections(strategy, written, plan.configuration, plan.plugins, overrides);
}

/** The folder of a run; the first seed has the strategy's name alone, so that more seeds can be added to a comparison. */
function runName(strategy: string, seed: number, { configuration }: ComparisonPlan): string {
  return seed === configuration.seed ? strategySlug(strategy) : `${strategySlug(strategy)}-seed-${seed}`;
}
