import { DuckDBListValue, type DuckDBValue } from '@duckdb/node-api';
import type { TableFormat } from './table-source.js';

/** A list's entries as texts, of a value of a table's own type: a list, JSON, or text in which spaces separate them. Nothing is an empty list. */
export function listOf(value: DuckDBValue, format: TableFormat): string[] {
  if (value === null) return [];
  if (value instanceof DuckDBListValue) return value.items.map(String);
  if (format !== 'jsonl') return wordsOf(String(value));
  const parsed: unknown = JSON.parse(String(value));
  return Array.isArray(parsed) ? parsed.map(String) : wordsOf(parsed === null ? '' : String(parsed));
}

export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
