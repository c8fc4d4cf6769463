import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GramkitError } from '@gramkit/spec';
import { parse } from 'yaml';
import { parseConfiguration } from '../configuration/document.js';
import { resolveConfiguration } from '../configuration/resolve-configuration.js';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import type { RunReport } from '../report/run-report.js';
import { fakeConfiguration, fakePlugin, fakePlugins } from '../testing/fake-plugins.js';
import { type ComparedRun, compareReports, type Comparison } from './comparison.js';
import { comparisonHtml } from './comparison-html.js';
import { type CompareOptions, compareRuns } from './compare-runs.js';
import { formatComparison } from './format-comparison.js';
import type { RunSamples } from './run-samples.js';

const metrics = { task: 'knowledge-tracing', auc: 0.8, accuracy: 0.7, loss: 0.5, coldStartAuc: 0.75, predictions: 100, coldStartPredictions: 20, exact: true } as const;

function report(changes: Partial<RunReport> = {}): RunReport {
  return {
    formatVersion: 1, runDirectory: '/runs/x', strategy: { use: 'plain' }, seed: 1, complete: true, stoppedBy: 'epochs', epochsPlanned: 2, epochsTrained: 2,
    steps: 20, stepsPerEpoch: 10, trainingSeconds: 40, preparationSeconds: 0, secondsPerStep: { median: 1, mean: 2 }, secondsPerEpoch: { seconds: 20, basis: 'measured' },
    encoderItemsForward: 600, encoderItemsBackward: 600, encoderTokensForward: 9000, encoderTokensBackward: 9000, peakMemoryBytes: 2_345_000_000, peakTrainingMemoryBytes: 2_345_000_000,
    validation: [], test: metrics, testIntervals: null, metricConventions: {}, ceilingAuc: 0.891, device: 'cpu', precision: 'float32', compiled: [], ...changes,
  };
}

const cut = report({ complete: false, stoppedBy: 'maximum-seconds', secondsPerEpoch: { seconds: 300, basis: 'extrapolated' } });

describe('compareReports', () => {
  it('measures against end-to-end and shows no quality of a run that was cut short', () => {
    const { rows, ceilingAuc, qualityReference } = compareReports([{ strategy: 'end-to-end', report: cut }, { strategy: 'multi-step:1e', report: report() }]);
    expect(rows).toMatchObject([
      { strategy: 'end-to-end', speedUp: 1, quality: {}, epochBasis: 'extrapolated', complete: false },
      { strategy: 'multi-step:1e', speedUp: 15, quality: { auc: { mean: 0.8, deviation: null, interval: null, difference: null }, coldStartAuc: { mean: 0.75 } }, encoderItemsPerStep: 30, secondsPerStep: 2, peakMemoryBytes: 2_345_000_000 },
    ]);
    expect(ceilingAuc).toBe(0.891);
    expect(qualityReference).toBe('multi-step:1e');
  });

  it('has no speed-up without end-to-end', () => {
    expect(compareReports([{ strategy: 'frozen', report: report() }]).rows[0]!.speedUp).toBeNull();
  });
});

/** Samples of four users whose AUC is around a value, the same noise for every run. */
function samplesAround(auc: number, users = [2, 3, 5, 8]): RunSamples {
  return { users: Int32Array.from(users), predictions: 40, of: new Map([['auc', Float64Array.from({ length: 1000 }, (_, index) => auc + 0.01 * Math.sin(index))]]) };
}

describe('compareReports over seeds', () => {
  const of = (strategy: string, seed: number, auc: number, users?: number[]): ComparedRun => ({ strategy, report: report({ seed, test: { ...metrics, auc }, secondsPerEpoch: { seconds: 10 * seed, basis: 'measured' }, peakMemoryBytes: seed * 1e9 }), samples: samplesAround(auc, users) });

  it('gives means, deviations, the interval of the mean, and the paired difference from the reference of the same seed', () => {
    const { rows, qualityReference } = compareReports([of('frozen', 1, 0.7), of('single-step', 1, 0.8), of('frozen', 2, 0.74), of('single-step', 2, 0.8)]);
    expect(qualityReference).toBe('single-step');
    expect(rows.map(({ strategy, seeds }) => [strategy, seeds])).toEqual([['frozen', [1, 2]], ['single-step', [1, 2]]]);
    const [frozen, single] = rows;
    expect(frozen).toMatchObject({ secondsPerEpoch: 15, peakMemoryBytes: 2e9 });
    expect(frozen!.secondsPerEpochDeviation).toBeCloseTo(Math.sqrt(50), 10);
    const { auc } = frozen!.quality;
    expect(auc!.mean).toBeCloseTo(0.72, 12);
    expect(auc!.deviation).toBeCloseTo(0.04 / Math.SQRT2, 12);
    expect(auc!.interval!.low).toBeCloseTo(0.71, 3);
    expect(auc!.difference!.difference).toBeCloseTo(-0.08, 12);
    expect(auc!.difference!.interval!.high).toBeCloseTo(-0.08, 12);
    expect(auc!.difference!.pValue).toBeCloseTo(2 / 1001, 10);
    expect(single!.quality.auc!.difference).toBeNull();
    const table = formatComparison(compareReports([of('frozen', 1, 0.7), of('single-step', 1, 0.8)]), 'markdown');
    expect(table).toContain('p (AUC, single-step)');
    expect(table).toContain('| 0.7000 [0.690, 0.710] |');
    expect(table).toContain('| 0.002 |');
  });

  it('measures no difference between runs on other users, or without a partner of the same seed', () => {
    const difference = (...runs: ComparedRun[]) => compareReports(runs).rows[0]!.quality.auc!.difference;
    expect(difference(of('frozen', 1, 0.7), of('single-step', 1, 0.8, [2, 3, 5, 9]))).toBeNull();
    expect(difference(of('frozen', 2, 0.7), of('single-step', 1, 0.8))).toBeNull();
    expect(difference(of('frozen', 1, 0.7), of('single-step', 1, 0.8))).not.toBeNull();
  });

  it('shows the metrics of recommendation', () => {
    const test = { task: 'recommendation', auc: 0.6, meanReciprocalRank: 0.3, ndcgAt5: 0.35, ndcgAt10: 0.4, loss: 1, coldStartAuc: null, impressions: 5, oneClassImpressions: 1, coldStartImpressions: 0 } as const;
    const comparison = compareReports([{ strategy: 'frozen', report: report({ test, ceilingAuc: null }) }]);
    expect(formatComparison(comparison, 'markdown').split('\n').slice(0, 3).map((line) => line.split(' | ').slice(-4).join(' | '))).toEqual(['AUC | MRR | nDCG@5 | nDCG@10 |', '---: | ---: | ---: | ---: |', '0.6000 | 0.3000 | 0.3500 | 0.4000 |']);
    expect(comparisonHtml(comparison)).toContain('nDCG@10');
  });
});

describe('formatComparison', () => {
  const comparison = compareReports([{ strategy: 'end-to-end', report: cut }, { strategy: 'multi-step:1e', report: report() }]);

  it('prints Markdown with dashes and notes', () => {
    const lines = formatComparison(comparison, 'markdown').split('\n');
    expect(lines[2]).toBe('| end-to-end | 2.0 | 300 (extrapolated) | 30 | 1.0x | 2.35 GB | – | – | – |');
    expect(lines[3]).toBe('| multi-step:1e | 2.0 | 20.0 | 30 | 15x | 2.35 GB | 0.8000 | 0.7000 | 0.7500 |');
    expect(lines.join('\n')).toContain('cut short for end-to-end');
  });

  it('prints a table whose lines are of one width', () => {
    const table = formatComparison(comparison).split('\n').filter((line) => /^[│┌├└]/.test(line));
    expect(table.length).toBeGreaterThan(4);
    expect(new Set(table.map((line) => line.length)).size).toBe(1);
  });

  it('makes a page that needs nothing beside it, with charts and an accessible table', () => {
    const html = comparisonHtml(compareReports([{ strategy: '<b>"x"', report: report() }, { strategy: 'end-to-end', report: cut }]));
    expect(html).not.toMatch(/(src|href)=|@import|url\(|<script/);
    expect(html.match(/<svg /g)).toHaveLength(3);
    expect(html.match(/<svg [^>]*role="img" aria-label="[^"]+"/g)).toHaveLength(3);
    expect(html).toContain('<th scope="row">&lt;b&gt;&quot;x&quot;</th>');
    expect(html).not.toContain('<b>"x"');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('draws a page where no run was trained to its end', () => {
    const html = comparisonHtml(compareReports([{ strategy: 'end-to-end', report: cut }]));
    expect(html).toContain('No run was trained to its end');
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('compareRuns', () => {
  let folder: string;
  let configuration: ResolvedConfiguration;
  const plugins = [...fakePlugins, fakePlugin('strategy', 'still')];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gramkit-compare-'));
    configuration = await resolveConfiguration(parseConfiguration(`${fakeConfiguration}\noutput: ${folder}/all`, { source: 'c.yaml', baseDirectory: folder }), plugins);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('runs one configuration a strategy, one after another, and writes the comparison in every form', async () => {
    const trained: { readonly strategy: unknown; readonly output: unknown; readonly training: unknown }[] = [];
    const events: string[] = [];
    const comparison = await compareRuns({
      configuration,
      plugins,
      strategies: ['still', 'plain:10', 'plain:1e'],
      limits: { 'plain:10': { seconds: 5, steps: 7 } },
      onEvent: ({ strategy, index, count }, event) => events.push(`${strategy} ${index + 1}/${count} ${event.event}`),
      runOne: async ({ configurationFile: file, resume }, onEvent) => {
        expect(resume).toBe(false);
        trained.push(parse(await readFile(file, 'utf8')) as (typeof trained)[number]);
        onEvent({ event: 'message', level: 'info', text: 'begun' });
        return report({ runDirectory: basename(file) });
      },
    });
    expect(trained.map(({ strategy }) => strategy)).toEqual([{ use: 'still' }, { use: 'plain', interval: 10 }, { use: 'plain', interval: '1e' }]);
    expect(trained.map(({ output }) => output)).toEqual(['still', 'plain-10', 'plain-1e'].map((name) => join(folder, 'all', name)));
    expect(trained[1]!.training).toMatchObject({ maximumSeconds: 5, maximumSteps: 7 });
    expect(trained[2]!.training).not.toHaveProperty('maximumSeconds');
    expect(events).toEqual(['still 1/3 message', 'plain:10 2/3 message', 'plain:1e 3/3 message']);
    const written = JSON.parse(await readFile(join(folder, 'all', 'comparison.json'), 'utf8')) as Comparison;
    expect(written).toEqual(comparison);
    expect(await readFile(join(folder, 'all', 'comparison.html'), 'utf8')).toBe(comparisonHtml(comparison));
    expect(await readFile(join(folder, 'all', 'comparison.md'), 'utf8')).toContain('| plain:1e |');
  });

  it('refuses what is wrong with any strategy before the first one runs', async () => {
    const refuse = (strategies: string[], limits = {}): Promise<unknown> => compareRuns({ configuration, plugins, strategies, limits, runOne: () => Promise.reject(new Error('it ran')) });
    await expect(refuse(['plain', 'plain:0'])).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { field: 'strategy.interval' } });
    await expect(refuse(['plain', 'still:3'])).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { field: 'strategy.interval' } });
    await expect(refuse(['plain', 'plain'])).rejects.toMatchObject({ code: 'USAGE' });
    await expect(refuse([])).rejects.toMatchObject({ code: 'USAGE' });
    await expect(refuse(['plain'], { still: { seconds: 1 } })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(compareRuns({ configuration, plugins, strategies: ['plain'], variants: { wide: ['model.hidden=9'] }, runOne: () => Promise.reject(new Error('it ran')) })).rejects.toMatchObject({ code: 'USAGE' });
    expect(existsSync(join(folder, 'all'))).toBe(false);
  });

  it('runs every strategy with every seed, those of the first seed first, and variants under names of their own', async () => {
    const trained: { readonly seed: unknown; readonly output: unknown; readonly strategy: unknown; readonly model: unknown }[] = [];
    await compareRuns({
      configuration, plugins, strategies: ['still', 'wide'], seeds: 2, variants: { wide: ['model.hidden=9', 'strategy=plain:3'] },
      runOne: async ({ configurationFile }) => {
        trained.push(parse(await readFile(configurationFile, 'utf8')) as (typeof trained)[number]);
        return report();
      },
    });
    expect(trained.map(({ seed, output }) => [seed, output])).toEqual([[1, 'still'], [1, 'wide'], [2, 'still-seed-2'], [2, 'wide-seed-2']].map(([seed, name]) => [seed, join(folder, 'all', name as string)]));
    expect(trained[1]).toMatchObject({ strategy: { use: 'plain', interval: 3 }, model: { use: 'plain', hidden: 9 } });
  });

  it('takes runs that are done as they are, goes on with one that was interrupted, and trains anew when told', async () => {
    const asked: (readonly [string, boolean])[] = [];
    const compare = (options: Partial<CompareOptions> = {}) => compareRuns({
      configuration, plugins, strategies: ['still', 'plain:10'],
      runOne: async ({ configurationFile, runDirectory, resume }) => {
        asked.push([basename(runDirectory), resume]);
        if (basename(runDirectory) === 'plain-10' && asked.length < 4) {
          await beginRun(runDirectory, configurationFile);
          throw new GramkitError('INTERRUPTED', 'training was interrupted');
        }
        await beginRun(runDirectory, configurationFile, report({ runDirectory }));
        return report({ runDirectory });
      },
      ...options,
    });
    await expect(compare()).rejects.toMatchObject({ code: 'INTERRUPTED', message: expect.stringContaining('1 of 2 runs are done') as string, details: { fix: expect.stringContaining('same command again') as string } });
    expect(existsSync(join(folder, 'all', 'comparison.json'))).toBe(false);
    await expect(compare()).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(asked).toEqual([['still', false], ['plain-10', false], ['plain-10', false]]);
    expect((await compare()).rows.map(({ strategy }) => strategy)).toEqual(['still', 'plain:10']);
    await compare();
    expect(asked.length).toBe(4);
    await compare({ overwrite: true });
    expect(asked.slice(4)).toEqual([['still', false], ['plain-10', false]]);
    // Another limit is another run.
    await expect(compare({ limits: { still: { steps: 3 } } })).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE', details: { fix: expect.stringContaining('--overwrite') as string } });
  });
});

/** What a run leaves in its folder: its configuration, and its report once it is done. */
async function beginRun(directory: string, configurationFile: string, done?: RunReport): Promise<void> {
  await mkdir(directory, { recursive: true });
  await copyFile(configurationFile, join(directory, 'config.yaml'));
  if (done !== undefined) await writeFile(join(directory, 'report.json'), JSON.stringify(done));
}
