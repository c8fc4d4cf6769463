import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfiguration } from '../configuration/document.js';
import { resolveConfiguration } from '../configuration/resolve-configuration.js';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import type { RunReport } from '../report/run-report.js';
import { fakeConfiguration, fakePlugin, fakePlugins } from '../testing/fake-plugins.js';
import { compareReports, type Comparison } from './comparison.js';
import { comparisonHtml } from './comparison-html.js';
import { compareRuns } from './compare-runs.js';
import { formatComparison } from './format-comparison.js';

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
    const { rows, ceilingAuc } = compareReports([{ strategy: 'end-to-end', report: cut }, { strategy: 'multi-step:1e', report: report() }]);
    expect(rows).toMatchObject([
      { strategy: 'end-to-end', speedUp: 1, auc: null, coldStartAuc: null, epochBasis: 'extrapolated' },
      { strategy: 'multi-step:1e', speedUp: 15, auc: 0.8, coldStartAuc: 0.75, encoderItemsPerStep: 30, secondsPerStep: 2, peakMemoryBytes: 2_345_000_000 },
    ]);
    expect(ceilingAuc).toBe(0.891);
  });

  it('has no speed-up without end-to-end', () => {
    expect(compareReports([{ strategy: 'frozen', report: report() }]).rows[0]!.speedUp).toBeNull();
  });
});

describe('formatComparison', () => {
  const comparison = compareReports([{ strategy: 'end-to-end', report: cut }, { strategy: 'multi-step:1e', report: report() }]);

  it('prints Markdown with dashes and notes', () => {
    const lines = formatComparison(comparison, 'markdown').split('\n');
    expect(lines[2]).toBe('| end-to-end | 2.0 | 300 (extrapolated) | 30 | 1.0x | 2.35 GB | – | – |');
    expect(lines[3]).toBe('| multi-step:1e | 2.0 | 20.0 | 30 | 15x | 2.35 GB | 0.8000 | 0.7500 |');
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
      onEvent: (strategy, event) => events.push(`${strategy} ${event.event}`),
      runOne: async (file, onEvent) => {
        trained.push(parse(await readFile(file, 'utf8')) as (typeof trained)[number]);
        onEvent({ event: 'message', level: 'info', text: 'begun' });
        return report({ runDirectory: basename(file) });
      },
    });
    expect(trained.map(({ strategy }) => strategy)).toEqual([{ use: 'still' }, { use: 'plain', interval: 10 }, { use: 'plain', interval: '1e' }]);
    expect(trained.map(({ output }) => output)).toEqual(['still', 'plain-10', 'plain-1e'].map((name) => join(folder, 'all', name)));
    expect(trained[1]!.training).toMatchObject({ maximumSeconds: 5, maximumSteps: 7 });
    expect(trained[2]!.training).not.toHaveProperty('maximumSeconds');
    expect(events).toEqual(['still message', 'plain:10 message', 'plain:1e message']);
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
  });
});
