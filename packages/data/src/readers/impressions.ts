import { resolve } from 'node:path';
import { definePlugin, specificationVersion, tokens, type DatasetReader, type ImpressionChunk, type InteractionChunk, type ItemContent } from '@gramkit/spec';
import { fingerprintFiles } from './fingerprint-files.js';
import { impressionsOptions, type ImpressionsOptions } from './impressions-options.js';
import { impressionsOfTable } from './impressions-table.js';
import { streamWithDatabase } from './table-database.js';
import { formatOf, openTable } from './table-source.js';
import { itemsOfTable } from './tabular-items.js';

export { impressionsOptions, type ImpressionsOptions } from './impressions-options.js';

/** Raised when the same files give another data set. */
const readerVersion = 1;

const delimited = { delimiter: ',', quotes: true } as const;

/** Impressions and items from files with named columns, such as `exportImpressions` writes. */
export function createImpressionsReader(options: ImpressionsOptions, baseDirectory: string): DatasetReader {
  const impressions = resolve(baseDirectory, options.impressions);
  const items = resolve(baseDirectory, options.items);
  return {
    specificationVersion, kind: 'reader', name: 'impressions', task: 'recommendation',
    fingerprint: () => fingerprintFiles([impressions, items], [`impressions ${readerVersion}`, { ...options, impressions: null, items: null }]),
    async *items(): AsyncGenerator<ItemContent[]> {
      const stretches = streamWithDatabase(async function* (database) {
        yield* itemsOfTable(await openTable(database, items, formatOf(items), delimited), database, options);
      });
      for await (const stretch of stretches) yield stretch.map(({ content }) => content);
    },
    async *interactions(): AsyncGenerator<InteractionChunk> {},
    impressions(): AsyncGenerator<ImpressionChunk> {
      return streamWithDatabase(async function* (database) {
        yield* impressionsOfTable(await openTable(database, impressions, formatOf(impressions), delimited), database, options);
      });
    },
    dispose: () => {},
  };
}

export default definePlugin({
  specificationVersion,
  kind: 'reader',
  name: 'impressions',
  description: 'Reads impressions (who was shown what, and clicked which) and items from Parquet, JSONL, CSV or TSV files with named columns.',
  task: 'recommendation',
  options: impressionsOptions,
  dependencies: { baseDirectory: tokens.baseDirectory },
  create: ({ options, baseDirectory }) => createImpressionsReader(options, baseDirectory),
});
