import { comparisonCharts } from './comparison-charts.js';
import { comparisonColumns, comparisonNotes } from './comparison-cells.js';
import type { Comparison } from './comparison.js';
import { escapeHtml } from './escape-html.js';

const style = `
:root { color-scheme: light dark; --text: #1d2433; --soft: #5b6475; --line: #d8dde6; --page: #ffffff; --card: #f6f8fb; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ef; --soft: #a3acbd; --line: #3a4252; --page: #14171d; --card: #1c2129; } }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
th, td { border-bottom: 1px solid var(--line); padding: .45rem .7rem; text-align: right; }
th:first-child, td:first-child, tbody th { text-align: left; font-weight: 600; }
thead th { color: var(--soft); font-weight: 600; }
figure { margin: 1.5rem 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
svg { width: 100%; height: auto; }
svg text { fill: var(--text); font: 13px system-ui, sans-serif; }
svg .value { fill: var(--soft); }
.axis, .grid, .ceiling, .interval { fill: none; stroke: var(--soft); }
.grid { stroke: var(--line); } .ceiling { stroke-dasharray: 5 4; }
.series-0 { fill: #4c78c8; } .series-1 { fill: #d9772b; } .series-2 { fill: #2f9e78; } .series-3 { fill: #b8509c; } .series-4 { fill: #8f7ae0; } .series-5 { fill: #b39b2d; }
footer { color: var(--soft); }
`;

/** The comparison as one HTML page that needs nothing beside it: charts as inline SVG, light and dark. */
export function comparisonHtml(comparison: Comparison): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gramkit: comparison of strategies</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Comparison of strategies</h1>
<div class="scroll">${table(comparison)}</div>
${comparisonCharts(comparison).join('\n')}
</main>
<footer>${comparisonNotes(comparison, true).map((note) => `<p>${escapeHtml(note)}</p>`).join('\n')}</footer>
</body>
</html>
`;
}

function table(comparison: Comparison): string {
  const columns = comparisonColumns(comparison, true);
  const head = columns.map((column) => `<th scope="col">${escapeHtml(column.heading)}</th>`).join('');
  const rows = comparison.rows.map((row) => {
    const [name, ...cells] = columns.map((column) => escapeHtml(column.cell(row)));
    return `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<table><caption>${comparison.rows.some((row) => row.seeds.length > 1) ? 'Several seeds a strategy, otherwise alike' : 'One run a strategy, otherwise alike'}</caption><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
