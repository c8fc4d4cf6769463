import { type Engine, GramkitError } from '@gramkit/spec';
import type { EngineConfiguration } from '../configuration/schema.js';

/**
 * Refuses an engine on another device than the one that is asked for: a process has one engine, loaded once.
 * @throws GramkitError ENGINE_UNSUPPORTED
 */
export function checkDevice(engine: Engine, wanted: EngineConfiguration['device']): void {
  if (wanted === undefined || wanted === 'auto' || engine.device === wanted) return;
  throw new GramkitError('ENGINE_UNSUPPORTED', `the engine of this process computes on the ${engine.device}, and the configuration asks for the ${wanted}`, {
    field: 'engine.device',
    fix: `Use another process for it, or load the engine with { device: '${wanted}' } before anything else does.`,
  });
}
