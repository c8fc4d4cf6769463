import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { GramkitError } from '@gramkit/spec';
import { env, ready, setBackend } from '@tensorflow/tfjs-core';
import { cacheDirectory } from '../cache/cache-directory.js';
import { registerKernels } from '../kernels/index.js';
import { backendName } from '../kernels/node-backend.js';
import { addonPaths, addonStage } from '../setup/addon-stage.js';
import { setupCommand } from '../setup/failures.js';
import { tensorflowWheel } from '../setup/pins.js';
import { inspectStage } from '../setup/stage.js';
import { tensorflowStage } from '../setup/tensorflow-stage.js';
import { applyLibrarySettings, type LibrarySettings } from './environment.js';
import { replaceRemovedUtilities } from './polyfills.js';
import { TensorFlowEngine } from './tensorflow-engine.js';

export interface LoadEngineOptions extends LibrarySettings {
  /** Default: `cacheDirectory()`. */
  readonly cacheDirectory?: string;
}

let loading: Promise<TensorFlowEngine> | undefined;

/**
 * Loads TensorFlow into this process and makes it the backend of tfjs-core. Later calls return the same engine, whatever their options:
 * the library reads its settings once.
 * @throws GramkitError ENGINE_NOT_SET_UP with the command to run where set-up is missing or broken.
 */
export function loadEngine(options: LoadEngineOptions = {}): Promise<TensorFlowEngine> {
  loading ??= load(options).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(options: LoadEngineOptions): Promise<TensorFlowEngine> {
  checkThread();
  const directory = await readyAddonDirectory(options.cacheDirectory ?? cacheDirectory());
  applyLibrarySettings(options);
  replaceRemovedUtilities();
  requireAddon(directory);
  await setBackend(backendName);
  await ready();
  registerKernels();
  return new TensorFlowEngine();
}

/** Two threads that load the addon share what it keeps in static variables, and crash. */
export function checkThread(isMain: boolean = isMainThread): void {
  if (isMain) return;
  throw new GramkitError('ENGINE_UNSUPPORTED', 'TensorFlow cannot be loaded in a worker thread', {
    fix: 'load it in a process of its own (vitest: pool "forks"; otherwise child_process.fork)',
  });
}

async function readyAddonDirectory(cache: string): Promise<string> {
  const tensorflow = tensorflowStage(tensorflowWheel());
  const addon = await addonStage(tensorflow);
  for (const stage of [tensorflow, addon]) {
    const { state, problem } = await inspectStage(cache, stage, false);
    if (state === 'ready') continue;
    throw new GramkitError('ENGINE_NOT_SET_UP', `TensorFlow is not set up: ${problem}`, { file: cache, fix: setupCommand });
  }
  return join(cache, addon.directory);
}

/** tfjs-core keeps one engine and one kernel registry a process, so the cached copy's backend serves our copy too. */
function requireAddon(directory: string): void {
  const require = createRequire(join(directory, 'package.json'));
  const production = env().getBool('PROD');
  try {
    // The cached copy of tfjs-core sets the platform once more and warns of it, except in production mode.
    env().set('PROD', true);
    require(`./${addonPaths.quietLoad}`);
    require('@tensorflow/tfjs-node-gpu');
    require(`./${addonPaths.operations}`);
  } catch (cause) {
    throw new GramkitError('ENGINE_FAILED', `TensorFlow does not load: ${(cause as Error).message}`, {
      file: directory,
      fix: `rm -rf '${directory}' && ${setupCommand}`,
      cause,
    });
  } finally {
    env().set('PROD', production);
  }
}
