import { join } from 'node:path';
import { type DataSet, historyLength } from './cases.js';

/** The data section of our configuration that reads a set as the peer does: its split, its windows or samples, by the same hash. */
export function dataSection(dataSet: DataSet, folder: string): object {
  return dataSet === 'assistments' ? assistments(folder) : goodreads(folder);
}

function assistments(path: string): object {
  return { use: 'assistments', path, split: { test: 0.2, validation: 0 }, windowLength: 100 };
}

/** The last book of every reader is held out; books whose title is not known are left out, as the peer leaves them out. */
function goodreads(folder: string): object {
  return {
    use: 'tabular',
    task: 'recommendation',
    interactions: join(folder, 'histories.tsv'),
    interactionsHeader: false,
    columns: { user: 'column0', item: 'column1' },
    itemSeparator: ' ',
    unknownItems: 'drop',
    items: join(folder, 'books.tsv'),
    quotes: false,
    id: 'bid',
    fields: { text: 'title' },
    split: { by: 'leave-one-out', validation: 0 },
    historyLength,
    negatives: 4,
    evaluationNegatives: 20,
  };
}
