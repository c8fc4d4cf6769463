import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GramkitError, isGramkitError } from '@gramkit/spec';
import { forgetPartial, partialPath } from '../output/partial-path.js';
import { listOf, wordsOf } from '../readers/list-values.js';
import { numberedLines } from '../readers/numbered-lines.js';
import { lineOfRecord, tableError, type TableSource } from '../readers/table-source.js';
import { isBlank } from '../readers/tabular-values.js';
import { identifier, openDatabase, type Database } from '../store/database.js';
import { streamColumns } from '../store/stream-columns.js';
import { inputFormat, openInputTable } from './input-table.js';

/** Candidates that are to be ranked for a user. */
export interface AskedImpression {
  /** The number of the row, from 1. */
  readonly record: number;
  /** The impression's own id; the number of the row where it has none. */
  readonly id: string;
  readonly user: string;
  /** Items that the user clicked before, oldest first; may be empty. */
  readonly history: readonly string[];
  /** At least one. */
  readonly candidates: readonly string[];
}

/** Memory for reading; the rows themselves are streamed. */
const readingMemory = '256MB';

/** Fields of a line of MIND's behaviors.tsv: id, user, time, history, impressions. */
const mindFields = 5;

/**
 * A file of candidates to be ranked, read in the order of its rows as often as it is asked for: a table (CSV, TSV, JSONL, Parquet) with the columns
 * `history` and `candidates`, and `id` and `user` where it has them, items in a list or separated by spaces; or MIND's behaviors.tsv, which has no
 * header and may have labels (`N1-0`). The caller closes it.
 */
export class ImpressionsInput {
  private constructor(
    private readonly file: string,
    /** Absent of MIND's format. */
    private readonly table: TableSource | undefined,
    private readonly database: Database,
    private readonly folder: string,
  ) {}

  /** @param output the file that rankings will be written to: what is needed on the way stands beside it. @throws GramkitError DATA_MISSING, DATA_EMPTY, DATA_MALFORMED */
  static async open(file: string, output: string): Promise<ImpressionsInput> {
    const folder = partialPath(output, '.work');
    const database = await openDatabase(undefined, { memoryLimit: readingMemory, spillDirectory: join(folder, 'spill') });
    try {
      return new ImpressionsInput(file, (await isMind(file)) ? undefined : await openInputTable(database, file, { delimiter: ',', quotes: true }, ['history', 'candidates']), database, folder);
    } catch (error) {
      database.close();
      forgetPartial(folder);
      throw error;
    }
  }

  /** @throws GramkitError DATA_MALFORMED with the line, DATA_EMPTY */
  async *rows(): AsyncGenerator<AskedImpression> {
    let record = 0;
    for await (const row of this.table === undefined ? mindRows(this.file) : tableRows(this.table, this.database)) {
      record++;
      if (row.candidates.length === 0) throw await this.malformed(record, 'candidates', 'there are no candidates to rank', 'give every row a candidate, or remove it');
      yield { ...row, record };
    }
    if (record === 0) throw new GramkitError('DATA_EMPTY', 'the file has no rows', { file: this.file, fix: 'give a file with rows' });
  }

  /** An error at a row of the file. */
  async malformed(record: number, field: string, message: string, fix: string): Promise<GramkitError> {
    const line = this.table === undefined ? record : await lineOfRecord(this.table, record);
    return new GramkitError('DATA_MALFORMED', line === undefined ? `row ${record}: ${message}` : message, { file: this.file, ...(line === undefined ? {} : { line }), field, fix });
  }

  async close(): Promise<void> {
    this.database.close();
    await rm(this.folder, { recursive: true, force: true });
    forgetPartial(this.folder);
  }
}

/** A .tsv whose first line has MIND's fields and no names of columns. */
async function isMind(file: string): Promise<boolean> {
  if ((await inputFormat(file)) !== 'tsv') return false;
  for await (const { text } of numberedLines(file)) {
    const fields = text.split('\t');
    return fields.length === mindFields && !fields.includes('candidates');
  }
  return false;
}

type Row = Omit<AskedImpression, 'record'>;

async function* mindRows(file: string): AsyncGenerator<Row> {
  for await (const { number, text } of numberedLines(file)) {
    const fields = text.split('\t');
    if (fields.length !== mindFields) {
      throw new GramkitError('DATA_MALFORMED', `the line has ${fields.length} fields, expected ${mindFields}: id, user, time, history, impressions`, { file, line: number, fix: 'separate them by tabs, as behaviors.tsv of MIND does' });
    }
    const [id, user, , history, impressions] = fields as [string, string, string, string, string];
    yield { id, user, history: wordsOf(history), candidates: wordsOf(impressions).map((candidate) => candidate.replace(/-[01]$/, '')) };
  }
}

async function* tableRows(table: TableSource, { connection }: Database): AsyncGenerator<Row> {
  // Of JSON the text without its quotes.
  const asText = (name: string) => (table.format === 'jsonl' ? `${identifier(name)} ->> '$'` : `${identifier(name)}::VARCHAR`);
  const optional = (name: string) => (table.columns.includes(name) ? asText(name) : 'NULL');
  const sql = `SELECT ${optional('id')}, ${optional('user')}, history, candidates FROM (${table.typedSql})`;
  let record = 0;
  try {
    for await (const [ids, users, histories, candidates] of streamColumns(connection, sql)) {
      for (let row = 0; row < histories!.length; row++) {
        record++;
        const given = { id: ids![row]!, user: users![row]! };
        yield {
          id: isBlank(given.id) ? String(record) : (given.id as string),
          user: isBlank(given.user) ? '' : (given.user as string),
          history: listOf(histories![row]!, table.format),
          candidates: listOf(candidates![row]!, table.format),
        };
      }
    }
  } catch (cause) {
    throw isGramkitError(cause) ? cause : tableError(table.file, cause);
  }
}
