import { tasks } from '@gramkit/spec';
import { z } from 'zod';
import { tableFormats } from './table-source.js';

const path = z.string().min(1);
const column = z.string().min(1);

const columns = z.strictObject({
  user: column.default('user').describe('Column of the user id; not read with userFromFileName.'),
  item: column.default('item').describe('Column of the item id, or of several with itemSeparator.'),
  response: column.optional().describe("Column of the response: 0, 1, true or false, unless correctValues or correctAnswer say otherwise. Left out: 'response' in knowledge tracing; in recommendation every row is a click."),
  time: column.optional().describe("Column of a number or date by which a user's interactions are ordered; else the order of rows counts."),
  heldOut: column.optional().describe("Column that is 1 or true for users held out for testing: the data set's own split."),
  probability: column.optional().describe('Column of the true probability of a response of 1, in generated data.'),
});

export const tabularOptions = z.strictObject({
  task: z.enum(tasks).default('knowledge-tracing').describe('What the interactions are: answers, or clicks whose other candidates are not known.'),
  interactions: z.union([path, z.array(path).min(1)])
    .describe("File or files of interactions: CSV, TSV, JSONL or Parquet; a relative path starts from the folder of the configuration. '*' stands for any characters: several files, in the order of their names."),
  items: path.describe('File of items: CSV, TSV, JSONL, Parquet, or JSON of one object whose keys are the ids; a relative path starts from the folder of the configuration.'),
  interactionsFormat: z.enum(tableFormats).optional().describe("The format of the interactions, where the file's ending does not tell."),
  itemsFormat: z.enum([...tableFormats, 'json']).optional().describe("The format of the items, where the file's ending does not tell."),
  interactionsHeader: z.boolean().default(true).describe('Whether CSV and TSV of interactions begin with the names of their columns; else these are column0, column1 and so on.'),
  itemsHeader: z.boolean().default(true).describe('The same for items.'),
  delimiter: z.string().length(1).default(',').describe('What stands between the values of CSV files.'),
  quotes: z.boolean().default(true).describe('Whether values of CSV and TSV may stand in double quotes; false where a quote is a character like others.'),
  columns: columns.prefault({}).describe('Columns of the files of interactions.'),
  userFromFileName: z.boolean().default(false).describe("Whether every file is one user's, whose id is the file's name without its ending."),
  itemSeparator: z.string().min(1).optional().describe("What stands between the items of a row that holds several interactions; its responses, times and probabilities are separated alike. A space stands for any white space."),
  paddingItem: z.string().optional().describe('Item id that stands for no interaction, such as the -1 that fills sequences up.'),
  correctValues: z.array(z.string()).min(1).optional().describe("Values of the response column that are correct; all others are not. Left out: 1 and true."),
  correctAnswer: column.optional().describe('Column of the items that holds the right answer, which the response column is compared with.'),
  missingResponses: z.enum(['refuse', 'drop']).default('refuse').describe('What to do with an interaction whose response is blank: stop, or leave it out and count it.'),
  unknownItems: z.enum(['refuse', 'drop']).default('refuse').describe('What to do with an interaction whose item is not among the items: stop, or leave it out and count it.'),
  id: column.default('id').describe('Column of the item id in the file of items; not read of JSON.'),
  fields: z.record(z.string().min(1), column).refine((fields) => Object.keys(fields).length > 0, 'name at least one field').default({ text: 'text' })
    .describe('Named fields of an item, each with its column in the file of items. Every item needs a text in one of them.'),
}).superRefine(({ correctValues, correctAnswer, task, columns: { response } }, context) => {
  if (correctValues !== undefined && correctAnswer !== undefined) context.addIssue({ code: 'custom', path: ['correctValues'], message: 'give correctValues or correctAnswer, not both' });
  if (task === 'recommendation' && response === undefined && (correctValues ?? correctAnswer) !== undefined) {
    context.addIssue({ code: 'custom', path: ['columns', 'response'], message: 'missing; correctValues and correctAnswer are about the values of a column' });
  }
});

export type TabularOptions = z.output<typeof tabularOptions>;

/** The column of responses; none where every row is a click. */
export function responseColumn({ task, columns: { response } }: TabularOptions): string | undefined {
  return response ?? (task === 'knowledge-tracing' ? 'response' : undefined);
}
