import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GramkitError, type Json, type Plugin } from '@gramkit/spec';
import { stringify } from 'yaml';
import { parseConfiguration } from '../configuration/document.js';
import { resolveConfiguration } from '../configuration/resolve-configuration.js';
import { formatConfiguration, type ResolvedConfiguration, writtenForm } from '../configuration/resolved-configuration.js';
import { strategySlug, withStrategy } from '../configuration/strategy-shorthand.js';
import type { RunEvent } from '../report/run-events.js';
import type { RunReport } from '../report/run-report.js';
import { unwritable, writeJson, writeWhole } from '../run/write-file.js';
import { compareReports, type Comparison } from './comparison.js';
import { comparisonHtml } from './comparison-html.js';
import { formatComparison } from './format-comparison.js';

/** What bounds one strategy of a comparison. */
export interface ComparisonLimit {
  /** Of training: the run is cut there and its time per epoch extrapolated. */
  readonly seconds?: number;
  readonly steps?: number;
}

export interface CompareOptions {
  readonly configuration: ResolvedConfiguration;
  /** Names, with an interval where the strategy takes one: `['frozen', 'end-to-end', 'multi-step:10', 'multi-step:1e']`. */
  readonly strategies: readonly string[];
  /** By strategy, as named in `strategies`. */
  readonly limits?: Readonly<Record<string, ComparisonLimit>>;
  /** Trains one configuration file, in a process of its own if peak memory is to mean anything, and gives its report. */
  readonly runOne: (configurationFile: string, onEvent: (event: RunEvent) => void) => Promise<RunReport>;
  /** Told what each run tells. */
  readonly onEvent?: (strategy: string, event: RunEvent) => void;
  /** Plugin instances that the embedding program brings. */
  readonly plugins?: readonly Plugin[];
}

/**
 * Runs one configuration under several strategies, one after another, and compares them. In the configuration's output folder are then
 * a run folder a strategy, `configurations/`, `comparison.json`, `comparison.md` and `comparison.html`.
 * @throws GramkitError USAGE for a strategy named twice or a limit of none; CONFIGURATION_INVALID before anything runs where a strategy refuses its options.
 */
export async function compareRuns(options: CompareOptions): Promise<Comparison> {
  checkNames(options);
  const files = await writeConfigurations(options);
  const runs: { readonly strategy: string; readonly report: RunReport }[] = [];
  for (const [strategy, file] of files) {
    runs.push({ strategy, report: await options.runOne(file, (event) => options.onEvent?.(strategy, event)) });
  }
  const comparison = compareReports(runs);
  await writeComparison(options.configuration.output, comparison);
  return comparison;
}

function checkNames({ strategies, limits = {} }: CompareOptions): void {
  const twice = strategies.find((strategy, index) => strategies.indexOf(strategy) !== index);
  if (strategies.length === 0 || twice !== undefined) {
    throw new GramkitError('USAGE', twice === undefined ? 'there is no strategy to compare' : `the strategy '${twice}' is named twice`, { fix: "Name strategies, for instance '--strategies frozen,single-step,multi-step:1e'." });
  }
  const stray = Object.keys(limits).find((strategy) => !strategies.includes(strategy));
  if (stray !== undefined) throw new GramkitError('USAGE', `a limit is set for '${stray}', which is not compared`, { alternatives: strategies });
}

/** A checked configuration file for each strategy: whatever is wrong with one shows before the first of them runs. */
async function writeConfigurations(options: CompareOptions): Promise<ReadonlyMap<string, string>> {
  const { configuration, strategies } = options;
  const folder = join(configuration.output, 'configurations');
  const resolved: [string, ResolvedConfiguration][] = [];
  for (const strategy of strategies) resolved.push([strategy, await configurationFor(strategy, options)]);
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw unwritable(folder, cause);
  });
  const files = new Map<string, string>();
  for (const [strategy, one] of resolved) {
    const file = join(folder, `${strategySlug(strategy)}.yaml`);
    await writeWhole(file, formatConfiguration(one));
    files.set(strategy, file);
  }
  return files;
}

async function configurationFor(strategy: string, options: CompareOptions): Promise<ResolvedConfiguration> {
  const base = writtenForm(options.configuration);
  const limit = options.limits?.[strategy];
  const section = (key: string): Readonly<Record<string, Json>> => base[key] as Readonly<Record<string, Json>>;
  const written = {
    ...base,
    strategy: withStrategy(section('strategy'), strategy),
    training: { ...section('training'), ...(limit?.seconds === undefined ? {} : { maximumSeconds: limit.seconds }), ...(limit?.steps === undefined ? {} : { maximumSteps: limit.steps }) },
    output: join(options.configuration.output, strategySlug(strategy)),
  };
  const document = parseConfiguration(stringify(written), { source: `(strategy ${strategy})`, baseDirectory: options.configuration.baseDirectory });
  return resolveConfiguration(document, options.plugins);
}

async function writeComparison(folder: string, comparison: Comparison): Promise<void> {
  await writeJson(join(folder, 'comparison.json'), comparison);
  await writeWhole(join(folder, 'comparison.md'), formatComparison(comparison, 'markdown'));
  await writeWhole(join(folder, 'comparison.html'), comparisonHtml(comparison));
}
