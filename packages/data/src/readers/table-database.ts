import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../store/database.js';

/** Memory for sorting a file by time; more goes to disk. */
const sortingMemory = '256MB';

/** Values one after another from work in a database of its own, which is gone when the work is done. */
export async function* streamWithDatabase<Value>(read: (database: Database) => AsyncGenerator<Value>): AsyncGenerator<Value> {
  const spillDirectory = join(tmpdir(), `gramkit-tabular-${randomUUID()}`);
  const database = await openDatabase(undefined, { memoryLimit: sortingMemory, spillDirectory });
  try {
    yield* read(database);
  } finally {
    database.close();
    await rm(spillDirectory, { recursive: true, force: true });
  }
}
