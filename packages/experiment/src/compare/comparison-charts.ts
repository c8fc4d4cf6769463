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
    qualityChart(rows.filter((row) => row.auc !== null && row.trainingSeconds > 0), comparison.ceilingAuc),
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

function qualityChart(rows: readonly ComparisonRow[], ceiling: number | null): string {
  const title = 'AUC against training time (seconds, logarithmic)';
  if (rows.length === 0) return figure(title, 40, `<text class="name" x="10" y="25">No run was trained to its end.</text>`, 'no run was trained to its end');
  const height = 300;
  const frame = { left: 60, right: width - 120, top: 20, bottom: height - 40 };
  const qualities = [...rows.map((row) => row.auc!), ...(ceiling === null ? [] : [ceiling])];
  const yRange = padded(Math.min(...qualities), Math.max(...qualities));
  const xRange = padded(Math.log(Math.min(...rows.map((row) => row.trainingSeconds))), Math.log(Math.max(...rows.map((row) => row.trainingSeconds))));
  const x = (seconds: number): number => frame.left + ((Math.log(seconds) - xRange[0]) / (xRange[1] - xRange[0])) * (frame.right - frame.left);
  const y = (auc: number): number => frame.bottom - ((auc - yRange[0]) / (yRange[1] - yRange[0])) * (frame.bottom - frame.top);
  const axes = [
    `<path class="axis" d="M${frame.left} ${frame.top}V${frame.bottom}H${frame.right}"/>`,
    ...[0, 0.5, 1].map((part) => yTick(yRange[0] + part * (yRange[1] - yRange[0]), y, frame)),
    ...[0, 0.5, 1].map((part) => xTick(Math.exp(xRange[0] + part * (xRange[1] - xRange[0])), x, frame.bottom)),
    ceiling === null ? '' : `<path class="ceiling" d="M${frame.left} ${y(ceiling).toFixed(1)}H${frame.right}"/><text class="value" x="${frame.right + 6}" y="${(y(ceiling) + 4).toFixed(1)}">ceiling</text>`,
  ];
  const points = rows.map((row, index) => `<circle class="series-${index % 6}" cx="${x(row.trainingSeconds).toFixed(1)}" cy="${y(row.auc!).toFixed(1)}" r="6"/><text class="name" x="${(x(row.trainingSeconds) + 10).toFixed(1)}" y="${(y(row.auc!) + 4).toFixed(1)}">${escapeHtml(row.strategy)}</text>`);
  return figure(title, height, [...axes, ...points].join(''), rows.map((row) => `${row.strategy}: ${formatQuality(row.auc)} after ${formatSeconds(row.trainingSeconds)} seconds`).join('; '));
}

interface Frame {
  readonly left: number;
  readonly right: number;
}

function yTick(auc: number, y: (auc: number) => number, frame: Frame): string {
  return `<path class="grid" d="M${frame.left} ${y(auc).toFixed(1)}H${frame.right}"/><text class="value" x="${frame.left - 6}" y="${(y(auc) + 4).toFixed(1)}" text-anchor="end">${auc.toFixed(3)}</text>`;
}

function xTick(seconds: number, x: (seconds: number) => number, bottom: number): string {
  return `<text class="value" x="${x(seconds).toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${formatSeconds(seconds)} s</text>`;
}

/** A range with room on both sides; never empty. */
function padded(from: number, to: number): readonly [number, number] {
  const room = Math.max((to - from) * 0.15, 1e-3);
  return [from - room, to + room];
}

function figure(title: string, height: number, content: string, description: string): string {
  return `<figure><figcaption>${escapeHtml(title)}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(`${title}: ${description}`)}">${content}</svg></figure>`;
}
