import type { RunLogger } from '@gramkit/spec';
import type { Session } from '../session.js';

/** Shows what a run says on the command's display; metrics are left to its result. */
export function displayLogger({ display }: Session): RunLogger {
  return {
    metrics: () => {},
    message: (level, text) => display.message(level, text),
    progress: (part, done, total, unit) => display.progress(part, done, total, unit),
  };
}
