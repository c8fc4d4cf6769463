import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import type { RunReport } from '../report/run-report.js';
import packageDescription from '../../package.json' with { type: 'json' };

/** What a model card tells. */
export interface CardContent {
  readonly configuration: ResolvedConfiguration;
  readonly step: number;
  /** Absent of a run that has not come to its end. */
  readonly report: RunReport | undefined;
  /** The fields that a text is made of. */
  readonly fields: readonly string[] | undefined;
  readonly maximumLength: number;
  readonly notes: readonly string[];
}

/** README.md of an exported encoder: what it is, how to load it, how it was trained, how well. */
export function modelCard(content: CardContent): string {
  const sections = [frontMatter, introduction(content), loading(content), training(content), metrics(content)];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

const frontMatter = `---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: [sentence-transformers, feature-extraction, gramkit]
---`;

function introduction({ configuration: { components } }: CardContent): string {
  return `# Item encoder trained with Gramkit

The item encoder of a ${components.model.use.toUpperCase()} model for ${components.model.plugin.task ?? 'collaborative filtering'}, fine-tuned with the strategy \`${components.strategy.use}\` (GRAM, NAACL 2022). It turns an item's text into a vector.`;
}

function loading({ fields, maximumLength, notes }: CardContent): string {
  const text = fields === undefined || fields.length === 1 ? [] : [`In training a text was the fields ${fields.map((field) => `\`${field}\``).join(', ')} of an item, in this order, joined by a space.`];
  return `## Use
\`\`\`python
from sentence_transformers import SentenceTransformer
vectors = SentenceTransformer("FOLDER").encode(["a text"])
\`\`\`
\`\`\`python
from transformers import AutoModel, AutoTokenizer
tokenizer, model = AutoTokenizer.from_pretrained("FOLDER"), AutoModel.from_pretrained("FOLDER")
\`\`\`
${[...text, `Texts are cut to ${maximumLength} tokens, special tokens included, as in training.`, ...notes].map((note) => `- ${note}`).join('\n')}`;
}

function training({ configuration, step, report }: CardContent): string {
  const { components, training, seed } = configuration;
  const rows = [
    ['data', components.data.use],
    ['sequence model', components.model.use],
    ['strategy', JSON.stringify({ use: components.strategy.use, ...components.strategy.written })],
    ['encoder', JSON.stringify({ use: components.encoder.use, ...components.encoder.written, model: undefined })],
    ["encoder's optimizer", JSON.stringify({ use: components.encoderOptimizer.use, ...components.encoderOptimizer.written })],
    ['batch size', training.batchSize],
    ['epochs', report === undefined ? `planned: ${training.epochs}` : report.epochsTrained],
    ['checkpoint', `step ${step}`],
    ['seed', seed],
    ['Gramkit', packageDescription.version],
  ];
  return `## Training\n${table(['setting', 'value'], rows)}`;
}

function metrics({ report }: CardContent): string {
  if (report === undefined || report.test === null) return '';
  const rows = Object.entries(report.test).flatMap(([name, value]) => (typeof value === 'number' ? [[name, Number.isInteger(value) ? value : value.toFixed(4)]] : []));
  return `## Quality on held-out data\n${table(['metric', 'test'], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
