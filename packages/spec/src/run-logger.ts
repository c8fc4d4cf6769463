import type { Json } from './component.js';

/** Where a run says what it does. */
export interface RunLogger {
  /** A record of numbers, one line of `metrics.jsonl`. */
  metrics(record: Readonly<Record<string, Json>>): void;
  message(level: 'info' | 'warning', text: string): void;
  /** A long part goes on; `done` of `total` units. `done === total` ends it. */
  progress(part: string, done: number, total: number, unit: string): void;
}
