import { type Engine, type RunLogger, tokens, type TrainingCatalogue } from '@gramkit/spec';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import type { EngineConfiguration } from '../configuration/schema.js';
import { type ContainerConfiguration, createRunContainer, type RunContainer } from '../container/run-container.js';
import { sessionEncodings } from '../encodings/session-encodings.js';
import { RunFolder } from '../run/run-folder.js';
import { silentLogger } from '../run/run-log.js';
import { KeptCatalogue, NewCatalogue } from '../run/training-catalogue.js';
import { checkDevice } from './device.js';
import { withSharedEngine } from './engine-copy.js';
import { readItems, type RunDataOptions } from './open-run-data.js';
import { checkPrecision } from './precision.js';

/** What an embedding program can bring to a run. */
export interface SessionOptions {
  readonly logger?: RunLogger;
  /** Raised to stop an import. */
  readonly signal?: AbortSignal;
  /** An engine that is loaded already; otherwise TensorFlow is, as set-up left it in the cache. */
  readonly engine?: Engine;
  /** Called before anything is created: the place to rebind tokens. */
  readonly customize?: (run: RunContainer) => void;
}

/** What a session reads of a configuration. */
export interface SessionConfiguration extends ContainerConfiguration {
  readonly engine: Partial<EngineConfiguration>;
  /** Absolute folder of the run; absent where there is none. */
  readonly output?: string;
}

/** A run that begins takes nothing from one that may be in its folder. */
export function asNew({ seed, baseDirectory, components, engine }: ResolvedConfiguration): SessionConfiguration {
  return { seed, baseDirectory, components, engine };
}

/** Where a session finds what components derive from items: the run folder, where a run is there; else the data set. */
function catalogueOf(run: RunContainer, output: string | undefined, options: RunDataOptions): TrainingCatalogue {
  const folder = output === undefined ? undefined : new RunFolder(output);
  return folder?.exists === true ? new KeptCatalogue(folder) : new NewCatalogue(async () => readItems(await run.get(tokens.datasetReader), options));
}

/**
 * The container of a run with the engine loaded behind it. The caller disposes it.
 * @throws GramkitError ENGINE_NOT_SET_UP; ENGINE_UNSUPPORTED where the process has loaded its engine in another precision, on another device, or with
 * another copy of tfjs-core that does not fit; PLUGIN_INVALID.
 */
export async function openSession(configuration: SessionConfiguration, options: SessionOptions = {}): Promise<RunContainer> {
  const { cacheDirectory, defaultModelDirectory, loadEngine } = await import('@gramkit/engine-tensorflow');
  const engine = options.engine ?? (await withSharedEngine(() => loadEngine(configuration.engine)));
  const { device, precision } = configuration.engine;
  checkDevice(engine, device);
  if (precision !== undefined) checkPrecision(engine, precision);
  const { logger = silentLogger } = options;
  const run = createRunContainer(configuration, { engine, logger, defaultModelDirectory: defaultModelDirectory() });
  run.rebind(tokens.trainingCatalogue, catalogueOf(run, configuration.output, options));
  run.rebind(tokens.encodingStore, sessionEncodings(cacheDirectory(), configuration, engine, logger));
  options.customize?.(run);
  return run;
}
