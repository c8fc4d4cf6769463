import { type Engine, GramkitError, type Precision, type RunLogger } from '@gramkit/spec';

/**
 * Refuses an engine that computes in another precision than the one that is asked for: a process has one engine, loaded once.
 * @throws GramkitError ENGINE_UNSUPPORTED
 */
export function checkPrecision(engine: Engine, wanted: Precision): void {
  if (engine.precision === wanted) return;
  throw new GramkitError('ENGINE_UNSUPPORTED', `the engine of this process computes in ${engine.precision}, and the configuration asks for ${wanted}`, {
    field: 'engine.precision',
    fix: `Use another process for it, or load the engine with { precision: '${wanted}' } before anything else does.`,
  });
}

/** Says so at the start of a run whose precision makes it slower. */
export async function warnOfSlowPrecision(engine: Engine, logger: RunLogger): Promise<void> {
  const { device, instructionSets, precision } = engine.describe();
  if (precision !== 'bfloat16' || device !== 'cpu') return;
  const { bfloat16Support } = await import('@gramkit/engine-tensorflow');
  if (bfloat16Support(instructionSets).isFaster !== false) return;
  logger.message('warning', 'this processor has no instructions for bfloat16: the run will be slower than in float32 (engine.precision)');
}
