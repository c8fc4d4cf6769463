import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { GramkitError, type CompileMode, type Precision } from '@gramkit/spec';
import { env, ready, setBackend } from '@tensorflow/tfjs-core';
import { cacheDirectory } from '../cache/cache-directory.js';
import { registerKernels } from '../kernels/index.js';
import { backendName, nodeBackend } from '../kernels/node-backend.js';
import { addonPaths } from '../setup/addon-stage.js';
import { setupCommand } from '../setup/failures.js';
import { gpuStages } from '../setup/gpu-stages.js';
import { inspectGpu } from '../setup/inspect-gpu.js';
import { findNvidiaDriver } from '../setup/nvidia-driver.js';
import { inspectStage, type Stage } from '../setup/stage.js';
import { setupStages } from '../setup/stages.js';
import { checkDeviceInUse, chooseDevice, type DeviceSettings } from './device.js';
import { applyLibrarySettings, type LibrarySettings } from './environment.js';
import { replaceRemovedUtilities } from './polyfills.js';
import { TensorFlowEngine } from './tensorflow-engine.js';
import { showOneGpu } from './visible-gpu.js';

export interface LoadEngineOptions extends LibrarySettings, DeviceSettings {
  /** Default: `cacheDirectory()`. */
  readonly cacheDirectory?: string;
  /** Of matrix products; everything else is float32. Default: float32. */
  readonly precision?: Precision;
  /** How compiled functions run that ask for nothing of their own (`CompileMode`); `off`: operations run one by one. Default: graph. */
  readonly compile?: CompileMode | 'off';
}

let loading: Promise<TensorFlowEngine> | undefined;

/**
 * Loads TensorFlow into this process and makes it the backend of tfjs-core. Later calls return the same engine, whatever their options:
 * the library reads its settings once. Only `compile` can be another at each call: the engine returned then is a second one over the same library.
 * @throws GramkitError ENGINE_NOT_SET_UP with the command to run where set-up is missing or broken; ENGINE_UNSUPPORTED where a GPU is
 * asked for that cannot be used.
 */
export async function loadEngine(options: LoadEngineOptions = {}): Promise<TensorFlowEngine> {
  loading ??= load(options).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  const engine = await loading;
  const { compile = engine.mode } = options;
  return compile === engine.mode ? engine : new TensorFlowEngine(engine.precision, compile);
}

async function load(options: LoadEngineOptions): Promise<TensorFlowEngine> {
  checkThread();
  const cache = options.cacheDirectory ?? cacheDirectory();
  const device = await chooseDevice(options, { findDriver: findNvidiaDriver, inspectGpu: () => inspectGpu(cache, false) });
  const directory = device === 'gpu' ? await gpuAddonDirectory(cache) : await readyAddonDirectory(cache);
  applyLibrarySettings(options);
  if (device === 'gpu') showOneGpu(options.gpu);
  replaceRemovedUtilities();
  requireAddon(directory);
  await setBackend(backendName);
  await ready();
  if (device === 'gpu') checkDeviceInUse(nodeBackend().isUsingGpuDevice, options);
  registerKernels();
  return new TensorFlowEngine(options.precision, options.compile);
}

/** Two threads that load the addon share what it keeps in static variables, and crash. */
export function checkThread(isMain: boolean = isMainThread): void {
  if (isMain) return;
  throw new GramkitError('ENGINE_UNSUPPORTED', 'TensorFlow cannot be loaded in a worker thread', {
    fix: 'load it in a process of its own (vitest: pool "forks"; otherwise child_process.fork)',
  });
}

/** Of the build for GPUs, which has been inspected when the device was chosen. */
async function gpuAddonDirectory(cache: string): Promise<string> {
  return join(cache, (await gpuStages()).at(-1)!.directory);
}

async function readyAddonDirectory(cache: string): Promise<string> {
  const [tensorflow, addon] = (await setupStages()) as [Stage, Stage];
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
