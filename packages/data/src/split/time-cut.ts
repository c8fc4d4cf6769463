import type { DuckDBConnection } from '@duckdb/node-api';
import { HistoryCursor } from '../store/history-cursor.js';
import { dropCachedBlocks, numbersOf } from '../store/database.js';
import type { Store } from '../store/store.js';
import { scanTable } from '../store/stream-columns.js';
import { timedEventsOf, type EventTable } from './events.js';

/** Where training and validation end in the events of every user, uint32 `[users]` each. */
export interface Ends {
  readonly trainEnds: Uint32Array;
  readonly validationEnds: Uint32Array;
}

/**
 * Cuts all events at two times. Nothing is sorted and memory does not grow with the events.
 * @throws GramkitError DATA_MISMATCH where events have no time.
 */
export async function endsByTime(store: Store, historyLengths: Uint32Array, testFraction: number, validationFraction: number): Promise<Ends> {
  const table = await timedEventsOf(store);
  const events = historyLengths.reduce((sum, length) => sum + length, 0);
  const test = await timeOfRank(store.connection, table, events, Math.floor((1 - testFraction) * events));
  const validation = await timeOfRank(store.connection, table, events, Math.floor((1 - validationFraction) * test.before));
  // Where no validation is asked for, its time is that of the test.
  const validationFrom = Math.min(validation.time, test.time);
  const trainEnds = new Uint32Array(historyLengths.length);
  const validationEnds = new Uint32Array(historyLengths.length);
  const cursor = new HistoryCursor(historyLengths);
  let position = 0;
  for await (const [times] of scanTable(store.connection, '"time"', table, events)) {
    for (const time of times as number[]) {
      const user = cursor.userAt(position++);
      if (time < validationFrom) trainEnds[user]!++;
      if (time < test.time) validationEnds[user]!++;
    }
  }
  return { trainEnds, validationEnds };
}

/** Bins that one pass sorts times into. */
const bins = 4096;

/**
 * The time of the event of number `rank` in order of time, and how many events are before that time; infinity behind the last one. Times are sorted into
 * bins of equal width, and the bin of the rank is looked into again, until it holds one time: a few passes, each from the least to the greatest time of
 * its bin, so that each has fewer times than the last.
 */
async function timeOfRank(connection: DuckDBConnection, table: EventTable, events: number, rank: number): Promise<{ readonly time: number; readonly before: number }> {
  if (rank >= events) return { time: Infinity, before: events };
  let [least, greatest] = (await numbersOf(connection, `SELECT min("time"), max("time") FROM ${table}`)) as [number, number];
  let before = 0;
  while (least < greatest) {
    const bin = `least(floor(("time" - ${exact(least)}) / (${exact(greatest)} - ${exact(least)}) * ${bins}), ${bins - 1})`;
    const [atBin, first, last] = await numbersOf(connection, `
      WITH counted AS (SELECT ${bin} AS bin, count(*) AS events, min("time") AS first, max("time") AS last
        FROM ${table} WHERE "time" BETWEEN ${exact(least)} AND ${exact(greatest)} GROUP BY bin),
      ordered AS (SELECT *, sum(events) OVER (ORDER BY bin) AS through FROM counted)
      SELECT through - events, first, last FROM ordered WHERE ${before} + through > ${rank} ORDER BY bin LIMIT 1`);
    await dropCachedBlocks(connection);
    before += atBin!;
    [least, greatest] = [first!, last!];
  }
  return { time: least, before };
}

/** A number as SQL reads it back bit by bit. */
function exact(value: number): string {
  return `${value.toExponential()}::DOUBLE`;
}
