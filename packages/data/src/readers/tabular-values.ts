import type { DuckDBValue } from '@duckdb/node-api';

const flags = new Map<DuckDBValue, 0 | 1>([['0', 0], ['1', 1], ['0.0', 0], ['1.0', 1], ['false', 0], ['true', 1], ['False', 0], ['True', 1], ['FALSE', 0], ['TRUE', 1]]);

/** 0 or 1; undefined for what is neither of them, nor true or false. */
export function flagOf(value: DuckDBValue): 0 | 1 | undefined {
  return flags.get(value);
}

/** Whether a text is missing, or nothing but space. */
export function isBlank(value: DuckDBValue): value is null {
  return value === null || (value as string).trim() === '';
}

/** SQL of a column of times: a number as it is; a date in milliseconds since 1970; null for anything else. */
export function timeOf(column: string): string {
  return `coalesce(TRY_CAST(${column} AS DOUBLE), epoch_us(TRY_CAST(${column} AS TIMESTAMP)) / 1000)`;
}
