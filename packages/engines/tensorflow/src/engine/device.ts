import { GramkitError } from '@gramkit/spec';
import { gpuSetupCommand } from '../setup/failures.js';
import { gpuBuildExists, oldestDriver } from '../setup/gpu-pins.js';
import type { NvidiaDriver } from '../setup/nvidia-driver.js';
import type { StageState } from '../setup/stage.js';
import { hidesEveryGpu } from './visible-gpu.js';

/** Where tensors are to be computed. */
export type DeviceChoice = 'auto' | 'cpu' | 'gpu';

export interface DeviceSettings {
  /** Default `auto`: the GPU where NVIDIA's driver is found and set-up has brought TensorFlow for it, otherwise the CPU. */
  readonly device?: DeviceChoice;
  /** Which of the GPUs that the process may see, from 0, in CUDA's order (the fastest first unless CUDA_DEVICE_ORDER says otherwise). Default: 0. */
  readonly gpu?: number;
}

/** What the choice depends on. */
export interface DeviceSurroundings {
  findDriver(): Promise<NvidiaDriver | undefined>;
  inspectGpu(): Promise<StageState>;
  readonly environment?: NodeJS.ProcessEnv;
  readonly buildExists?: boolean;
}

const cpuInstead = 'or set engine.device to auto or cpu';

/**
 * Which of the two builds of TensorFlow is loaded. A GPU's build that is broken is an error, not a reason to compute on the CPU unasked.
 * @throws GramkitError ENGINE_UNSUPPORTED where a GPU is asked for and cannot be used, ENGINE_NOT_SET_UP where its build is missing or broken.
 */
export async function chooseDevice({ device = 'auto', gpu }: DeviceSettings, surroundings: DeviceSurroundings): Promise<'cpu' | 'gpu'> {
  if (device === 'cpu') return 'cpu';
  const wanted = device === 'gpu' || gpu !== undefined;
  const obstacle = await findObstacle(surroundings);
  if (obstacle !== undefined) {
    if (!wanted) return 'cpu';
    const setting = device === 'gpu' ? 'engine.device is gpu' : `engine.gpu is ${gpu}`;
    throw new GramkitError('ENGINE_UNSUPPORTED', `${setting}, but ${obstacle.found}`, { field: device === 'gpu' ? 'engine.device' : 'engine.gpu', fix: obstacle.fix });
  }
  const { state, problem } = await surroundings.inspectGpu();
  if (state === 'ready') return 'gpu';
  if (state === 'missing' && !wanted) return 'cpu';
  throw new GramkitError('ENGINE_NOT_SET_UP', `TensorFlow for GPUs is not set up: ${problem}`, { fix: `${gpuSetupCommand}, ${cpuInstead}` });
}

interface Obstacle {
  readonly found: string;
  readonly fix: string;
}

/** What keeps any GPU from being used, whatever is set up. */
async function findObstacle(surroundings: DeviceSurroundings): Promise<Obstacle | undefined> {
  const { findDriver, environment = process.env, buildExists = gpuBuildExists() } = surroundings;
  if (!buildExists) return { found: `there is no TensorFlow for GPUs on ${process.platform} on ${process.arch}`, fix: `use Linux on x86-64, ${cpuInstead}` };
  if (hidesEveryGpu(environment)) {
    return { found: `CUDA_VISIBLE_DEVICES='${environment.CUDA_VISIBLE_DEVICES}' hides every GPU`, fix: `unset CUDA_VISIBLE_DEVICES, ${cpuInstead}` };
  }
  const driver = await findDriver();
  if (driver === undefined) {
    return { found: 'no NVIDIA driver was found', fix: `install it (nvidia-smi must list the GPU; start a container with --gpus all), ${cpuInstead}` };
  }
  if (driver.recentEnough) return undefined;
  return { found: `NVIDIA's driver ${driver.version} is older than ${oldestDriver}, the first that runs CUDA 12`, fix: `install a newer driver, ${cpuInstead}` };
}

/**
 * Once the build for GPUs is loaded: an error where a GPU was asked for and TensorFlow found none, otherwise a warning (the CPU computes then).
 * @throws GramkitError ENGINE_UNSUPPORTED
 */
export function checkDeviceInUse(usesGpu: boolean, { device, gpu }: DeviceSettings, warn: (text: string) => void = (text) => process.emitWarning(text)): void {
  if (usesGpu) return;
  const found = `TensorFlow finds no GPU that it can use with CUDA_VISIBLE_DEVICES='${process.env.CUDA_VISIBLE_DEVICES ?? ''}', although NVIDIA's driver is there`;
  const fix = 'TF_CPP_MIN_LOG_LEVEL=0 npx gram doctor shows what TensorFlow says of it';
  if (device !== 'gpu' && gpu === undefined) warn(`${found}; the CPU computes. ${fix}.`);
  else throw new GramkitError('ENGINE_UNSUPPORTED', found, { field: gpu === undefined ? 'engine.device' : 'engine.gpu', fix: `${fix}, ${cpuInstead}` });
}
