import { createTabularReader, type TabularOptions, tabularOptions } from '@gramkit/data';
import { GramkitError, type ItemContent, type Preprocessor } from '@gramkit/spec';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';

/**
 * Items from a file (CSV, TSV, JSONL or Parquet) in stretches. Its columns are those of the run's own file of items where the run's data are tabular;
 * otherwise `id` and one named after each field that the run's tokenizer reads.
 * @throws GramkitError DATA_MISSING, DATA_MALFORMED with file and line; PLUGIN_MISMATCH where the run's encoder reads no text
 */
export function readItemFile(file: string, configuration: ResolvedConfiguration, tokenizer: Preprocessor): AsyncIterable<readonly ItemContent[]> {
  if (tokenizer.fields === undefined) {
    throw new GramkitError('PLUGIN_MISMATCH', `the encoder '${configuration.components.encoder.use}' of the run reads no text: it has nothing for items that it was not trained on`, {
      file, field: 'encoder.use', fix: 'use a run whose encoder reads text, such as bert',
    });
  }
  const own = ownColumns(configuration) ?? { id: 'id', fields: Object.fromEntries(tokenizer.fields.map((field) => [field, field])) };
  return createTabularReader(tabularOptions.parse({ interactions: file, items: file, ...own }), process.cwd()).items();
}

/** How the run's own file of items is read, where it is one of rows. */
function ownColumns({ components: { data } }: ResolvedConfiguration): Partial<TabularOptions> | undefined {
  if (data.plugin.name !== 'tabular') return undefined;
  const { id, fields, delimiter, quotes } = data.options as unknown as TabularOptions;
  return { id, fields, delimiter, quotes };
}
