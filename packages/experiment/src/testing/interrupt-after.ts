import type { RunLogger } from '@gramkit/spec';
import { silentLogger } from '../run/run-log.js';

/** Raises a signal as soon as a step has been logged: what Ctrl-C does. */
export function interruptAfter(step: number): { readonly signal: AbortSignal; readonly logger: RunLogger } {
  const controller = new AbortController();
  const logger: RunLogger = { ...silentLogger, metrics: (record) => record['kind'] === 'step' && record['step'] === step && controller.abort() };
  return { signal: controller.signal, logger };
}

/** The same in the middle of a part that tells of its progress: when it has done so so many times. */
export function interruptDuring(part: RegExp, times: number): { readonly signal: AbortSignal; readonly logger: RunLogger } {
  const controller = new AbortController();
  let told = 0;
  const logger: RunLogger = { ...silentLogger, progress: (name) => part.test(name) && ++told === times && controller.abort() };
  return { signal: controller.signal, logger };
}
