import { median } from '../statistics.js';
import { fitPolynomial, growthExponent, type Point } from './fit.js';
import type { Growth, SizePoint, Sweep } from './sweeps.js';
import type { MachineLoad } from '../machine-load.js';

/** One round of one sweep. */
export interface SweepEntry {
  readonly sweep: string;
  readonly round: number;
  readonly load: MachineLoad;
  readonly points: readonly SizePoint[];
}

/** Growth over all sizes that counts as none. */
export const mostGrowth = 1.1;

/** What the rounds of a sweep say, by medians. */
export interface SweepResult {
  readonly name: string;
  readonly description: string;
  readonly rounds: number;
  readonly seconds: readonly Point[];
  readonly memory: readonly Point[];
  /** In words, and whether it is as it must be; undefined where nothing must be. */
  readonly findings: readonly { readonly text: string; readonly holds: boolean | undefined }[];
}

export function sweepResult({ name, description, growth }: Pick<Sweep, 'name' | 'description' | 'growth'>, entries: readonly SweepEntry[]): SweepResult {
  const rounds = entries.filter(({ sweep }) => sweep === name);
  const seconds = medians(rounds, ({ secondsPerStep }) => secondsPerStep);
  const memory = medians(rounds, ({ peakMemoryBytes }) => peakMemoryBytes);
  return { name, description, rounds: rounds.length, seconds, memory, findings: findingsOf(growth, seconds, memory) };
}

function medians(rounds: readonly SweepEntry[], value: (point: SizePoint) => number | null): readonly Point[] {
  const sizes = rounds[0]?.points.map(({ size }) => size) ?? [];
  return sizes.flatMap((size) => {
    const values = rounds.flatMap(({ points }) => points.filter((point) => point.size === size).map(value)).filter((one) => one !== null);
    return values.length === 0 ? [] : [{ size, value: median(values) }];
  });
}

function findingsOf(growth: Growth, seconds: readonly Point[], memory: readonly Point[]): SweepResult['findings'] {
  if (seconds.length === 0) return [];
  if (growth === 'none') return [flatness('time of a step', seconds), ...(memory.length === 0 ? [] : [flatness('peak memory', memory)])];
  const exponent = growthExponent(seconds);
  return [{ text: `grows as size^${exponent.toFixed(2)}`, holds: undefined }, ...[1, 2].slice(0, growth === 'linear' ? 1 : 2).map((degree) => polynomial(degree, seconds))];
}

/** The largest value over that of the smallest size. */
function flatness(what: string, points: readonly Point[]): SweepResult['findings'][number] {
  const ratio = Math.max(...points.map(({ value }) => value)) / points[0]!.value;
  return { text: `${what}: at most ${ratio.toFixed(3)} times that of the smallest size; at most ${mostGrowth} wanted`, holds: ratio <= mostGrowth };
}

function polynomial(degree: number, points: readonly Point[]): SweepResult['findings'][number] {
  const { coefficients, explained, largestDeviation } = fitPolynomial(points, degree);
  const terms = coefficients.map((coefficient, power) => `${coefficient.toExponential(2)}${['', ' size', ' size^2'][power]!}`).join(' + ');
  return { text: `seconds = ${terms} (explains ${explained.toFixed(4)}, off by ${(100 * largestDeviation).toFixed(0)}% at most)`, holds: undefined };
}

/** A section in Markdown for each sweep. */
export function formatSweeps(results: readonly SweepResult[]): string {
  return results.filter(({ rounds }) => rounds > 0).map(formatSweep).join('\n\n');
}

function formatSweep({ name, description, rounds, seconds, memory, findings }: SweepResult): string {
  const verdict = (holds: boolean | undefined): string => (holds === undefined ? '' : holds ? ': yes' : ': NO');
  const row = (title: string, cells: readonly string[]): string => `| ${[title, ...cells].join(' | ')} |`;
  return [
    `### ${name}`, `Size: ${description}. Medians over ${rounds} round${rounds === 1 ? '' : 's'}.`, '',
    row('size', seconds.map(({ size }) => size.toLocaleString('en'))), row('---', seconds.map(() => '---')),
    row('s/step', seconds.map(({ value }) => value.toFixed(3))),
    ...(memory.length === 0 ? [] : [row('peak GiB', memory.map(({ value }) => (value / 2 ** 30).toFixed(3)))]), '',
    ...findings.map(({ text, holds }) => `- ${text}${verdict(holds)}`),
  ].join('\n');
}
