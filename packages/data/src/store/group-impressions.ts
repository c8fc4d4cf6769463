import type { DuckDBConnection } from '@duckdb/node-api';
import { GramkitError } from '@gramkit/spec';
import { rowsOf } from './database.js';
import { createImpressions, optionalImpressionColumnsOf } from './schema.js';

/**
 * Writes impressions into the attached database `grouped`, by user, time and order in the input, as the temporary table `user_of_run` says who is who. A
 * history that follows the same one of the same user is written once: the same by its length and 64 bits of hash, `history_digests`.
 */
export async function groupImpressions(connection: DuckDBConnection): Promise<void> {
  const columns = await optionalImpressionColumnsOf(connection);
  const optionalOf = (table: string) => `${columns.time ? `, ${table}."time"` : ''}${columns.heldOut ? `, ${table}.held_out` : ''}`;
  await connection.run(createImpressions('grouped', columns));
  await connection.run(`CREATE TEMP TABLE ordered AS
    SELECT row_number() OVER (ORDER BY r."user", ${columns.time ? 'i."time", ' : ''}i.position) - 1 AS impression, r."user" AS "user", r.id AS id,
      i.position AS raw_impression, i.history AS raw_history, i.history_length, i.candidates, d.low, d.high${optionalOf('i')}
    FROM (SELECT *, rowid AS position FROM impressions) AS i
    JOIN user_of_run AS r ON i."user" = r.run
    JOIN (SELECT *, rowid AS history FROM history_digests) AS d ON d.history = i.history`);
  if (columns.heldOut) await assertHeldOutLast(connection);
  await connection.run(`CREATE TEMP TABLE numbered AS
    SELECT * EXCLUDE (begins), sum(begins) OVER (ORDER BY impression) - 1 AS history FROM (
      SELECT *, (row("user", history_length, low, high) IS DISTINCT FROM lag(row("user", history_length, low, high)) OVER (ORDER BY impression))::INTEGER AS begins FROM ordered)`);
  await connection.run(`INSERT INTO grouped.impressions SELECT "user", history, history_length, candidates${optionalOf('numbered')} FROM numbered ORDER BY impression`);
  await connection.run(`INSERT INTO grouped.history_items
    SELECT n.history, h.item FROM (SELECT history, min_by(raw_history, impression) AS raw_history FROM numbered GROUP BY history) AS n
    JOIN (SELECT *, rowid AS position FROM history_items) AS h ON h.history = n.raw_history ORDER BY n.history, h.position`);
  await connection.run(`INSERT INTO grouped.candidates
    SELECT n.impression, c.item, c.response${columns.probability ? ', c.probability' : ''}
    FROM numbered AS n JOIN (SELECT *, rowid AS position FROM candidates) AS c ON c.impression = n.raw_impression ORDER BY n.impression, c.position`);
  for (const table of ['ordered', 'numbered', 'history_digests']) await connection.run(`DROP TABLE ${table}`);
}

async function assertHeldOutLast(connection: DuckDBConnection): Promise<void> {
  const [row] = await rowsOf(connection, `SELECT id FROM (
    SELECT id, held_out, lead(held_out) OVER (PARTITION BY "user" ORDER BY impression) AS next FROM ordered) WHERE held_out AND NOT next LIMIT 1`);
  if (row === undefined) return;
  throw new GramkitError('DATA_MALFORMED', `user '${String(row[0])}' has an impression that is held out before one that is not`, {
    field: 'heldOut', fix: "hold out the last impressions of a user, by time",
  });
}
