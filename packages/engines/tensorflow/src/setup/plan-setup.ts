import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { cudaDirectory } from './cuda-stage.js';
import { checkGpuBuildExists, gpuBuildExists, oldestDriver } from './gpu-pins.js';
import { gpuStages } from './gpu-stages.js';
import type { NvidiaDriver } from './nvidia-driver.js';
import type { Stage } from './stage.js';
import { setupStages } from './stages.js';

/** For what set-up brings TensorFlow: the CPU always; a GPU besides as asked, or (`auto`) where there is a driver or the cache has begun on it. */
export type SetupDevice = 'auto' | 'cpu' | 'gpu';

export interface SetupPlan {
  readonly stages: readonly Stage[];
  /** Whether the stages of a GPU are among them. */
  readonly gpu: boolean;
  /** Why, where that is not plain from what was asked for. */
  readonly note?: string;
}

/**
 * What set-up is to make.
 * @throws GramkitError SETUP_PLATFORM where there is no TensorFlow for this machine, or none for its GPU although that was asked for.
 */
export async function planSetup(cache: string, device: SetupDevice, driver: NvidiaDriver | undefined): Promise<SetupPlan> {
  if (device === 'gpu') checkGpuBuildExists();
  const { gpu, note } = device === 'cpu' ? { gpu: false } : await decide(cache, device, driver);
  return { stages: [...(await setupStages()), ...(gpu ? await gpuStages() : [])], gpu, note };
}

async function decide(cache: string, device: 'auto' | 'gpu', driver: NvidiaDriver | undefined): Promise<Pick<SetupPlan, 'gpu' | 'note'>> {
  const found = describeDriver(driver);
  const usable = driver?.recentEnough === true;
  if (device === 'gpu') return { gpu: true, note: usable ? found : `${found}: the GPU build is set up all the same, for where there is one` };
  if (usable && gpuBuildExists()) return { gpu: true, note: `${found}: TensorFlow for GPUs is set up beside the CPU's (--cpu leaves it out)` };
  if (await begun(cache)) return { gpu: true };
  if (driver === undefined) return { gpu: false };
  return { gpu: false, note: gpuBuildExists() ? `${found}: the CPU's TensorFlow alone is set up` : `${found}, but there is no TensorFlow for GPUs on this processor` };
}

function describeDriver(driver: NvidiaDriver | undefined): string {
  if (driver === undefined) return 'no NVIDIA driver found';
  return `NVIDIA driver ${driver.version} found${driver.recentEnough ? '' : `, older than ${oldestDriver}, the first that runs CUDA 12`}`;
}

/** Whether an earlier set-up was asked for a GPU: so a plain `gram setup` goes on with it and mends it, driver or not (an image is being built). */
async function begun(cache: string): Promise<boolean> {
  return access(join(cache, cudaDirectory)).then(() => true, () => false);
}
