import type { Json, RunLogger } from '@gramkit/spec';
import type { RunReport } from './run-report.js';

/** What a run tells while it goes on, as one JSON value each: what `gram train --json` writes, a line an event. */
export type RunEvent =
  | { readonly event: 'metrics'; readonly record: Readonly<Record<string, Json>> }
  | { readonly event: 'message'; readonly level: 'info' | 'warning'; readonly text: string }
  | { readonly event: 'progress'; readonly part: string; readonly done: number; readonly total: number; readonly unit: string }
  | { readonly event: 'report'; readonly report: RunReport };

/** A logger that makes an event of everything. */
export function eventLogger(emit: (event: RunEvent) => void): RunLogger {
  return {
    metrics: (record) => emit({ event: 'metrics', record }),
    message: (level, text) => emit({ event: 'message', level, text }),
    progress: (part, done, total, unit) => emit({ event: 'progress', part, done, total, unit }),
  };
}
