import { median, quantile } from '../statistics.js';
import type { Entry, Measurement, Side } from './measurement.js';

/** All rounds of one case in one precision. */
interface CaseRounds {
  readonly name: string;
  readonly precision: string;
  readonly of: (side: Side) => readonly Measurement[];
}

type Row = readonly string[];

const missing = '–';
const gibibyte = 2 ** 30;

const timeHeader: Row = [
  'case', 'precision', 'rounds', 'Gramkit s/step (quartiles)', 'PyTorch s/step (quartiles)', 'time / PyTorch', 'PyTorch, like lengths, s/step (quartiles)',
  'time / PyTorch, like lengths', 's/epoch: Gramkit', 'PyTorch', 'like lengths', 'compiling, s',
];
const workHeader: Row = [
  'case', 'precision', 'peak GiB: Gramkit', 'PyTorch', 'memory / PyTorch', 'encoder items/step: Gramkit', 'PyTorch', 'encoder tokens/step', 'interactions/step: Gramkit', 'PyTorch',
  'GFLOP/step', 'products alone, s/step', 'share of the products',
];

const notes = [
  'Seconds are of steps in steady state: the mean over the measured steps of a round, then the median and quartiles over the rounds. A step that compiled something counts as long as',
  'the step nearest in predictions that did not, and without the time of compiling where there is none ("at least"); what compiling took over the whole run, first runs of new',
  'functions among it, stands in a column of its own. Where the measured part is no whole epoch, ratios are per interaction (of NRMS per step: the batches are the same). "Like lengths" is the peer with the batches of',
  '`training.lengthPool: 32`.',
  'Peak memory is the largest resident size of the process by the end of training, without any evaluation. The share of the products is the time of the step\'s matrix',
  'products alone (same sizes, padding left out, forward and backward, same engine and precision) over that of the step.',
];

/** Markdown of two tables: time, and work and memory. Medians over the rounds; what has not been measured is a dash. */
export function formatTable(entries: readonly Entry[]): string {
  const rounds = roundsOf(entries);
  return [notes.join('\n'), table(timeHeader, rounds.map(timeRow)), table(workHeader, rounds.map(workRow))].join('\n\n');
}

function roundsOf(entries: readonly Entry[]): readonly CaseRounds[] {
  const keys = new Map(entries.map(({ case: name, precision }) => [`${name}\n${precision}`, { name, precision }]));
  return [...keys.values()].map(({ name, precision }) => ({
    name,
    precision,
    of: (side) => entries.filter((entry) => entry.case === name && entry.precision === precision && entry.side === side).map(({ measurement }) => measurement),
  }));
}

function timeRow({ name, precision, of }: CaseRounds): Row {
  const [ours, peer, like] = [of('gramkit'), of('peer'), of('peer-like-lengths')];
  return [
    name, precision, String(ours.length), spread(ours), spread(peer), ratio(ours, peer, timeOf), spread(like), ratio(ours, like, timeOf),
    ...[ours, peer, like].map((side) => shown(side, epochSeconds, 1)),
    shown(ours, ({ compileSeconds }) => compileSeconds, 1),
  ];
}

function workRow({ name, precision, of }: CaseRounds): Row {
  const [ours, peer, products] = [of('gramkit'), of('peer'), of('products')];
  const memory = ({ peakMemoryBytes }: Measurement): number => peakMemoryBytes;
  return [
    name, precision,
    ...[ours, peer].map((side) => shown(side, (round) => memory(round) / gibibyte, 2)), ratio(ours, peer, memory),
    ...[ours, peer].map((side) => shown(side, ({ encoderItemsPerStep }) => encoderItemsPerStep, 1)),
    shown(ours, ({ encoder }) => encoder?.tokensForward ?? null, 0),
    ...[ours, peer].map((side) => shown(side, ({ interactionsPerStep }) => interactionsPerStep, 0)),
    shown(products, ({ operationsPerStep }) => (operationsPerStep ?? 0) / 1e9, 1),
    shown(products, ({ secondsPerStep }) => secondsPerStep, 3),
    ratio(products, ours, ({ secondsPerStep }) => secondsPerStep),
  ];
}

/** Seconds of a step; of an interaction where a part of an epoch was measured, which may hold batches of other sizes on the other side. */
function timeOf(round: Measurement): number {
  return isPartial(round) ? round.secondsPerStep / (round.interactionsPerStep ?? 1) : round.secondsPerStep;
}

/** Of a part of an epoch, whose steps may be longer or shorter than most, there is no telling the seconds of an epoch. */
function epochSeconds(round: Measurement): number | null {
  return round.stepsPerEpoch === null || isPartial(round) ? null : round.secondsPerStep * round.stepsPerEpoch;
}

function isPartial({ measuredSteps, stepsPerEpoch }: Measurement): boolean {
  return stepsPerEpoch !== null && measuredSteps < stepsPerEpoch - 1;
}

function ratio(above: readonly Measurement[], below: readonly Measurement[], value: (round: Measurement) => number): string {
  if (above.length === 0 || below.length === 0) return missing;
  return (median(above.map(value)) / median(below.map(value))).toFixed(2);
}

function shown(rounds: readonly Measurement[], value: (round: Measurement) => number | null, digits: number): string {
  const values = rounds.map(value).filter((one) => one !== null);
  return values.length === 0 ? missing : median(values).toFixed(digits);
}

function spread(rounds: readonly Measurement[]): string {
  if (rounds.length === 0) return missing;
  const seconds = rounds.map(({ secondsPerStep }) => secondsPerStep);
  const bound = rounds.some(({ shortenedSteps }) => shortenedSteps > 0) ? 'at least ' : '';
  return `${bound}${median(seconds).toFixed(3)} (${quantile(seconds, 0.25).toFixed(3)} to ${quantile(seconds, 0.75).toFixed(3)})`;
}

function table(header: Row, rows: readonly Row[]): string {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
