import type { Interval } from '../bootstrap/intervals.js';
import { formatBytes, formatQuality, formatSeconds } from './comparison-cells.js';
import type { Comparison, ComparisonRow } from './comparison.js';
import { escapeHtml } from './escape-html.js';

const width = 640;

/** Inline SVG charts of a comparison, each with a title that a screen reader reads. Colours come from the page's CSS. */
export function comparisonCharts(comparison: Comparison): string[] {
  const { rows } = comparison;
  return [
    barChart('Seconds per epoch (logarithmic)', rows, (row) => row.secondsPerEpoch, (row) => `${formatSeconds(row.secondsPerEpoch)} s${row.epochBasis === 'extrapolated' ? ', extrapolated' : ''}`, 'logarithmic'),
    barChart('Peak memory', rows, (row) => row.peakMemoryBytes, (row) => formatBytes(row.peakMemoryBytes), 'linear'),
    qualityChart(rows.flatMap((row, series) => (row.quality.auc !== undefined && row.trainingSeconds > 0 ? [{ strategy: row.strategy, seconds: row.trainingSeconds, auc: row.quality.auc.mean, interval: row.quality.auc.interval, series }] : [])), comparison.ceilingAuc),
  ];
}

type Scale = 'linear' | 'logarithmic';

function barChart(title: string, rows: readonly ComparisonRow[], valueOf: (row: ComparisonRow) => number, labelOf: (row: ComparisonRow) => string, scale: Scale): string {
  const rowHeight = 34;
  const left = 150;
  const room = width - left - 150;
  const share = shareOf(rows.map(valueOf), scale);
  const bars = rows.map((row, index) => {
    const y = index * rowHeight + 8;
    const length = Math.max(2, share(valueOf(row)) * room);
    return [
      `<text class="name" x="${left - 10}" y="${y + 15}" text-anchor="end">${escapeHtml(row.strategy)}</text>`,
      `<rect class="series-${index % 6}" x="${left}" y="${y}" width="${length.toFixed(1)}" height="20" rx="3"/>`,
      `<text class="value" x="${(left + length + 8).toFixed(1)}" y="${y + 15}">${escapeHtml(labelOf(row))}</text>`,
    ].join('');
  });
  return figure(title, rows.length * rowHeight + 12, bars.join(''), rows.map((row) => `${row.strategy} ${labelOf(row)}`).join('; '));
}

/** Where a value lies between nothing (for a logarithmic scale: half the smallest value) and the largest. */
function shareOf(values: readonly number[], scale: Scale): (value: number) => number {
  const positive = values.filter((value) => value > 0);
  const largest = Math.max(...positive, Number.MIN_VALUE);
  if (scale === 'linear') return (value) => value / largest;
  const floor = Math.log(Math.min(...positive, largest) / 2);
  return (value) => (value <= 0 ? 0 : (Math.log(value) - floor) / (Math.log(largest) - floor));
}

/** A run in the chart of quality; `series` decides its colour, as in the other charts. */
interface QualityPoint {
  readonly strategy: string;
  readonly seconds: number;
  readonly auc: number;
  readonly interval: Interval | null;
  readonly series: number;
}

function qualityChart(points: readonly QualityPoint[], ceiling: number | null): string {
  const title = 'AUC against training time (seconds, logarithmic; bars: 95% intervals)';
  if (points.length === 0) return figure(title, 40, `<text class="name" x="10" y="25">No run was trained to its end.</text>`, 'no run was trained to its end');
  const height = 300;
  const frame = { left: 60, right: width - 120, top: 20, bottom: height - 40 };
  const y = axis([...points.flatMap(({ auc, interval }) => [auc, interval?.low ?? auc, interval?.high ?? auc]), ...(ceiling === null ? [] : [ceiling])], frame.bottom, frame.top);
  const x = axis(points.map((point) => Math.log(point.seconds)), frame.left, frame.right);
  const axes = [
    `<path class="axis" d="M${frame.left} ${frame.top}V${frame.bottom}H${frame.right}"/>`,
    ...y.ticks.map((auc) => yTick(auc, y.place(auc), frame)),
    ...x.ticks.map((logarithm) => xTick(Math.exp(logarithm), x.place(logarithm), frame.bottom)),
    ceiling === null ? '' : `<path class="ceiling" d="M${frame.left} ${y.place(ceiling).toFixed(1)}H${frame.right}"/><text class="value" x="${frame.right + 6}" y="${(y.place(ceiling) + 4).toFixed(1)}">ceiling</text>`,
  ];
  const placed = points.map((point) => ({ ...point, x: x.place(Math.log(point.seconds)), y: y.place(point.auc) }));
  const labels = apart(placed.map((point) => point.y));
  const marks = placed.map((point, index) => `${whisker(point.x, point.interval, y.place)}<circle class="series-${point.series % 6}" cx="${point.x.toFixed(1)}" cy="${point.y.toFixed(1)}" r="6"/><text class="name" x="${(point.x + 10).toFixed(1)}" y="${(labels[index]! + 4).toFixed(1)}">${escapeHtml(point.strategy)}</text>`);
  return figure(title, height, [...axes, ...marks].join(''), points.map((point) => `${point.strategy}: ${formatQuality(point.auc)} after ${formatSeconds(point.seconds)} seconds`).join('; '));
}

/** The interval of a point, as a bar through it. */
function whisker(x: number, interval: Interval | null, place: (value: number) => number): string {
  return interval === null ? '' : `<path class="interval" d="M${x.toFixed(1)} ${place(interval.low).toFixed(1)}V${place(interval.high).toFixed(1)}"/>`;
}

/** A linear axis with room on both sides. */
function axis(values: readonly number[], from: number, to: number): { readonly place: (value: number) => number; readonly ticks: readonly number[] } {
  const [low, high] = padded(Math.min(...values), Math.max(...values));
  return { place: (value) => from + ((value - low) / (high - low)) * (to - from), ticks: [low, (low + high) / 2, high] };
}

/** Heights of labels, moved down where they would lie over one another. */
function apart(heights: readonly number[]): number[] {
  const lineHeight = 16;
  const moved = [...heights];
  const order = heights.map((_, index) => index).sort((first, second) => heights[first]! - heights[second]!);
  order.forEach((index, rank) => {
    if (rank > 0) moved[index] = Math.max(heights[index]!, moved[order[rank - 1]!]! + lineHeight);
  });
  return moved;
}

interface Frame {
  readonly left: number;
  readonly right: number;
}

function yTick(auc: number, y: number, frame: Frame): string {
  return `<path class="grid" d="M${frame.left} ${y.toFixed(1)}H${frame.right}"/><text class="value" x="${frame.left - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${auc.toFixed(3)}</text>`;
}

function xTick(seconds: number, x: number, bottom: number): string {
  return `<text class="value" x="${x.toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${formatSeconds(seconds)} s</text>`;
}

/** A range with room on both sides; never empty. */
function padded(from: number, to: number): readonly [number, number] {
  const room = Math.max((to - from) * 0.15, 1e-3);
  return [from - room, to + room];
}

function figure(title: string, height: number, content: string, description: string): string {
  return `<figure><figcaption>${escapeHtml(title)}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(`${title}: ${description}`)}">${content}</svg></figure>`;
}
