import { z } from 'zod';

const path = z.string().min(1);
const column = z.string().min(1);

const columns = z.strictObject({
  user: column.default('user').describe('Column of the user id.'),
  history: column.default('history').describe('Column of the items that the user had clicked before, oldest first; may be empty.'),
  candidates: column.default('candidates').describe('Column of the items that were shown.'),
  clicks: column.default('clicks').describe('Column of as many 0 and 1 as there are candidates: 1 where the candidate was clicked.'),
  time: column.optional().describe("Column of a number or date by which a user's impressions are ordered; else the order of rows counts."),
  heldOut: column.optional().describe('Column that is 1 or true for impressions held out for testing, the last ones of a user.'),
  probabilities: column.optional().describe('Column of the true probabilities that the candidates are clicked, in generated data.'),
});

export const impressionsOptions = z.strictObject({
  impressions: path.describe('File of impressions: Parquet or JSONL with lists, or CSV or TSV with spaces between the entries of a list; a relative path starts from the folder of the configuration.'),
  items: path.describe('File of items: CSV, TSV, JSONL or Parquet; a relative path starts from the folder of the configuration.'),
  columns: columns.prefault({}).describe('Columns of the file of impressions.'),
  id: column.default('id').describe('Column of the item id in the file of items.'),
  fields: z.record(z.string().min(1), column).refine((fields) => Object.keys(fields).length > 0, 'name at least one field').default({ title: 'title' })
    .describe('Named fields of an item, each with its column in the file of items. Every item needs a text in one of them.'),
});

export type ImpressionsOptions = z.output<typeof impressionsOptions>;
