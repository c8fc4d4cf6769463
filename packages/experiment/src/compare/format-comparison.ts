import Table from 'cli-table3';
import { comparisonColumns, comparisonNotes } from './comparison-cells.js';
import type { Comparison } from './comparison.js';

/** The comparison as a table for a terminal, without intervals, or in Markdown. */
export function formatComparison(comparison: Comparison, format: 'text' | 'markdown' = 'text'): string {
  const withIntervals = format === 'markdown';
  const columns = comparisonColumns(comparison, withIntervals);
  const head = columns.map((column) => column.heading);
  const rows = comparison.rows.map((row) => columns.map((column) => column.cell(row)));
  return `${[format === 'text' ? textTable(head, rows) : markdownTable(head, rows), '', ...comparisonNotes(comparison, withIntervals)].join('\n')}\n`;
}

function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] }, colAligns: head.map((_, index) => (index === 0 ? 'left' : 'right')) });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
