import { GramkitError } from '@gramkit/spec';
import { rowsOf } from '../store/database.js';
import type { Store } from '../store/store.js';

/** The events of a store: its impressions where it has some, else its interactions. */
export type EventTable = 'interactions' | 'impressions';

export function eventTableOf({ summary }: Store): EventTable {
  return summary.impressions === undefined ? 'interactions' : 'impressions';
}

/** @throws GramkitError DATA_MISMATCH where events have no time. */
export async function timedEventsOf(store: Store): Promise<EventTable> {
  const table = eventTableOf(store);
  const names = (await rowsOf(store.connection, `SELECT column_name FROM (DESCRIBE ${table})`)).flat();
  if (names.includes('time')) return table;
  throw new GramkitError('DATA_MISMATCH', `a split by time needs times, and the data set's ${table} have none`, {
    file: store.file, field: 'by', fix: "import it with a column of times (columns.time of 'tabular'), or split by user or leave-one-out",
  });
}
