import { createTabularReader, requireInput, type TabularOptions, tabularOptions } from '@gramkit/data';
import { GramkitError, type ItemContent, type Preprocessor } from '@gramkit/spec';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';

/**
 * Items from a file (CSV, TSV, JSONL or Parquet) in stretches. Its columns are those of the run's own file of items where the run's data are tabular;
 * a .tsv for a run on MIND is a news.tsv of it; otherwise `id` and one named after each field that the run's tokenizer reads.
 * @throws GramkitError DATA_MISSING, DATA_MALFORMED with file and line; PLUGIN_MISMATCH where the run's encoder reads no text
 */
export async function* readItemFile(file: string, configuration: ResolvedConfiguration, tokenizer: Preprocessor): AsyncGenerator<readonly ItemContent[]> {
  if (tokenizer.fields === undefined) {
    throw new GramkitError('PLUGIN_MISMATCH', `the encoder '${configuration.components.encoder.use}' of the run reads no text: it has nothing for items that it was not trained on`, {
      file, field: 'encoder.use', fix: 'use a run whose encoder reads text, such as bert',
    });
  }
  await requireInput(file);
  const own = ownColumns(configuration, file, tokenizer.fields) ?? { id: 'id', fields: Object.fromEntries(tokenizer.fields.map((field) => [field, field])) };
  yield* createTabularReader(tabularOptions.parse({ interactions: file, items: file, ...own }), process.cwd()).items();
}

/** Columns of MIND's news.tsv, which has no header. */
const mindColumns: Readonly<Record<string, string>> = { category: 'column1', subcategory: 'column2', title: 'column3', abstract: 'column4' };

/** How the run's own file of items is read, where it is one of rows. */
function ownColumns({ components: { data } }: ResolvedConfiguration, file: string, read: readonly string[]): Partial<TabularOptions> | undefined {
  if (data.plugin.name === 'mind' && file.toLowerCase().endsWith('.tsv')) {
    return { id: 'column0', fields: Object.fromEntries(read.map((field) => [field, mindColumns[field] ?? field])), itemsHeader: false, quotes: false };
  }
  if (data.plugin.name !== 'tabular') return undefined;
  const { id, fields, delimiter, quotes } = data.options as unknown as TabularOptions;
  return { id, fields, delimiter, quotes };
}
