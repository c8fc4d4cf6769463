import { median, quantile } from '../statistics.js';
import type { Measurement } from './measure.js';

/** Both sides of one case over all rounds. */
export interface CaseResult {
  readonly name: string;
  readonly steps: number;
  readonly gramkit: readonly Measurement[];
  readonly peer: readonly Measurement[];
}

const header = [
  '| case | steps a round | Gramkit s/step (quartiles) | PyTorch s/step (quartiles) | time ratio | Gramkit GiB | PyTorch GiB | memory ratio | items/step, both |',
  '|---|---|---|---|---|---|---|---|---|',
];

/** A Markdown table: medians over the rounds, quartiles in brackets, Gramkit over PyTorch as ratios. */
export function formatTable(results: readonly CaseResult[]): string {
  return [...header, ...results.map(formatRow)].join('\n');
}

function formatRow({ name, steps, gramkit, peer }: CaseResult): string {
  const seconds = [gramkit, peer].map((side) => side.map((round) => round.secondsPerStep));
  const memory = [gramkit, peer].map((side) => median(side.map((round) => round.peakMemoryBytes)) / 2 ** 30);
  const items = [gramkit, peer].map((side) => median(side.map((round) => round.encoderItemsPerStep)).toFixed(0));
  const cells = [
    name, String(steps), spread(seconds[0]!), spread(seconds[1]!), (median(seconds[0]!) / median(seconds[1]!)).toFixed(2),
    memory[0]!.toFixed(2), memory[1]!.toFixed(2), (memory[0]! / memory[1]!).toFixed(2), items.join(' / '),
  ];
  return `| ${cells.join(' | ')} |`;
}

function spread(values: readonly number[]): string {
  return `${median(values).toFixed(3)} (${quantile(values, 0.25).toFixed(3)} to ${quantile(values, 0.75).toFixed(3)})`;
}
