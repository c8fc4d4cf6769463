import type { DuckDBConnection } from '@duckdb/node-api';
import { GramkitError } from '@gramkit/spec';
import { dropCachedBlocks, literal, numbersOf, sortingMemoryLimit, withMemory } from './database.js';
import { groupImpressions } from './group-impressions.js';
import { createInteractions, createTables, optionalColumnsOf } from './schema.js';

/** Runs that one pass of the search for duplicates compares: bounds its memory. */
const runsPerPass = 30_000;

/** Whether a user has more than one run of interactions: in partitions by hash, so that memory does not grow with the users. */
export async function hasScatteredUsers(connection: DuckDBConnection): Promise<boolean> {
  const [runs] = await numbersOf(connection, 'SELECT count(*) FROM users');
  const passes = Math.ceil(runs! / runsPerPass);
  for (let pass = 0; pass < passes; pass++) {
    const [duplicates] = await numbersOf(connection, `SELECT count(*) FROM (
      SELECT id FROM users WHERE hash(id) % ${passes} = ${pass} GROUP BY id HAVING count(*) > 1)`);
    if (duplicates! > 0) return true;
    await dropCachedBlocks(connection);
  }
  return false;
}

/**
 * Writes the data set anew into `file` with every user's events together: users by first appearance, a user's
 * events by time and then by their order in the input. Sorts in DuckDB, which spills what does not fit.
 */
export function groupByUser(connection: DuckDBConnection, file: string, events: 'interactions' | 'impressions', memoryLimit = sortingMemoryLimit): Promise<void> {
  return withMemory(connection, memoryLimit, () => writeGrouped(connection, file, events));
}

async function writeGrouped(connection: DuckDBConnection, file: string, events: 'interactions' | 'impressions'): Promise<void> {
  await connection.run(`CREATE TEMP TABLE user_of_run AS
    WITH first_runs AS (SELECT id, min("user") AS first_run FROM users GROUP BY id)
    SELECT users."user" AS run, dense_rank() OVER (ORDER BY first_run) - 1 AS "user", id, interactions, held_out, held_out_events FROM users JOIN first_runs USING (id)`);
  await assertOneSplit(connection);
  await connection.run(`ATTACH ${literal(file)} AS grouped`);
  await connection.run(createTables('grouped'));
  await connection.run('INSERT INTO grouped.items FROM items ORDER BY "row"');
  await connection.run(`INSERT INTO grouped.users
    SELECT "user", any_value(id), sum(interactions), any_value(held_out), sum(held_out_events) FROM user_of_run GROUP BY "user" ORDER BY "user"`);
  await (events === 'impressions' ? groupImpressions(connection) : groupInteractions(connection));
  await connection.run('DETACH grouped');
  await connection.run('DROP TABLE user_of_run');
}

async function groupInteractions(connection: DuckDBConnection): Promise<void> {
  const columns = await optionalColumnsOf(connection);
  await connection.run(createInteractions('grouped', columns));
  await connection.run(`INSERT INTO grouped.interactions
    SELECT user_of_run."user", i.* EXCLUDE ("user", position)
    FROM (SELECT *, rowid AS position FROM interactions) AS i JOIN user_of_run ON i."user" = user_of_run.run
    ORDER BY user_of_run."user", ${columns.time ? '"time", ' : ''}position`);
}

async function assertOneSplit(connection: DuckDBConnection): Promise<void> {
  const result = await connection.runAndReadAll('SELECT id FROM user_of_run GROUP BY id HAVING count(DISTINCT held_out) > 1 LIMIT 1');
  const [row] = result.getRowsJson();
  if (row !== undefined) {
    throw new GramkitError('DATA_MALFORMED', `user '${String(row[0])}' is held out in one interaction and not in another`, {
      field: 'heldOut', fix: 'give all interactions of a user the same value',
    });
  }
}
