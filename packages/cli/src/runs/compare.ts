import { join, resolve } from 'node:path';
import type { ComparisonLimit, RunEvent } from '@gramkit/experiment';
import type { CompareOptions } from '../commands/compare.js';
import type { Session } from '../session.js';
import type { KnownTime } from '../terminal/progress-display.js';
import { parseLimits } from './parse-limit.js';
import { runInProcess } from './run-in-process.js';

/** Compares strategies and says where the comparison lies. */
export async function compare(session: Session, config: string, { strategies, variant, seeds, limit, set, output, overwrite }: CompareOptions): Promise<void> {
  const limits = parseLimits(limit);
  const { compareRuns, formatComparison, loadConfiguration, parseVariant } = await import('@gramkit/experiment');
  const variants = Object.fromEntries(variant.map(parseVariant));
  const overrides = [...set, ...(output === undefined ? [] : [`output=${JSON.stringify(resolve(output))}`])];
  const configuration = await loadConfiguration(config, { overrides });
  const cut = timeUntilCut(limits);
  const comparison = await compareRuns({
    configuration,
    strategies,
    variants,
    seeds,
    limits,
    overwrite: overwrite === true,
    runOne: ({ configurationFile, runDirectory, resume }, onEvent) =>
      runInProcess({ words: ['train', ...(resume ? ['--resume', runDirectory] : [configurationFile, '--overwrite']), '--tell-parent'], onEvent, signal: session.signal }),
    onEvent: ({ strategy, seed, index, count }, event) => show(session, `[${index + 1}/${count}] ${strategy}${seeds > 1 ? ` (seed ${seed})` : ''}`, event, cut(strategy, seed)),
  });
  const files = ['comparison.json', 'comparison.md', 'comparison.html'].map((name) => join(configuration.output, name));
  session.print(comparison, `${formatComparison(comparison)}\nWritten: ${files.join(', ')}\n`);
}

/** Of a strategy whose training is cut after some seconds: how many milliseconds are left of them since it was first asked. */
function timeUntilCut(limits: Readonly<Record<string, ComparisonLimit>>): (strategy: string, seed: number) => KnownTime {
  const startedAt = new Map<string, number>();
  return (strategy, seed) => {
    const seconds = limits[strategy]?.seconds;
    if (seconds === undefined) return {};
    const now = performance.now();
    const run = `${strategy} ${seed}`;
    if (!startedAt.has(run)) startedAt.set(run, now);
    return { atMost: startedAt.get(run)! + seconds * 1000 - now };
  };
}

/** What a run tells, with the strategy before it. */
function show({ display }: Session, name: string, event: RunEvent, time: KnownTime): void {
  if (event.event === 'progress') display.progress(`${name}: ${event.part}`, event.done, event.total, event.unit, event.part === 'training' ? time : {});
  else if (event.event === 'message') display.message(event.level, `${name}: ${event.text}`);
  else if (event.event === 'report') display.message('info', `${name}: ${event.report.steps} steps in ${event.report.trainingSeconds.toFixed(1)} s`);
}
