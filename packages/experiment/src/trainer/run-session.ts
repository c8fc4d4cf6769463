import type { Engine, RunLogger } from '@gramkit/spec';
import type { EngineConfiguration } from '../configuration/schema.js';
import { type ContainerConfiguration, createRunContainer, type RunContainer } from '../container/run-container.js';
import { silentLogger } from '../run/run-log.js';
import { checkDevice } from './device.js';
import { checkPrecision } from './precision.js';

/** What an embedding program can bring to a run. */
export interface SessionOptions {
  readonly logger?: RunLogger;
  /** An engine that is loaded already; otherwise TensorFlow is, as set-up left it in the cache. */
  readonly engine?: Engine;
  /** Called before anything is created: the place to rebind tokens. */
  readonly customize?: (run: RunContainer) => void;
}

/**
 * The container of a run with the engine loaded behind it. The caller disposes it.
 * @throws GramkitError ENGINE_NOT_SET_UP; ENGINE_UNSUPPORTED where the process has loaded its engine in another precision or on another device; PLUGIN_INVALID.
 */
export async function openSession(configuration: ContainerConfiguration & { readonly engine: Partial<EngineConfiguration> }, options: SessionOptions = {}): Promise<RunContainer> {
  const { defaultModelDirectory, loadEngine } = await import('@gramkit/engine-tensorflow');
  const engine = options.engine ?? (await loadEngine(configuration.engine));
  const { device, precision } = configuration.engine;
  checkDevice(engine, device);
  if (precision !== undefined) checkPrecision(engine, precision);
  const run = createRunContainer(configuration, { engine, logger: options.logger ?? silentLogger, defaultModelDirectory: defaultModelDirectory() });
  options.customize?.(run);
  return run;
}
