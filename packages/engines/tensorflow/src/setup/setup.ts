import { cacheDirectory } from '../cache/cache-directory.js';
import { withCacheLock } from '../cache/lock.js';
import { formatMegabytes, gpuSetupCommand, setupCommand } from './failures.js';
import { findNvidiaDriver } from './nvidia-driver.js';
import { planSetup, type SetupDevice } from './plan-setup.js';
import { checkSystemLibrary } from './platform.js';
import type { OnProgress } from './progress.js';
import { buildStage, checkSpace, inspectStage, roomFor, sweepPartials, type Stage } from './stage.js';

export interface StageOptions {
  /** Default: `cacheDirectory()`. */
  readonly cacheDirectory?: string;
  /** Told what people should know before it begins: the driver found, the room it takes. */
  readonly onNote?: (note: string) => void;
  readonly onProgress?: OnProgress;
  /** Re-hash everything that is there instead of comparing sizes and times. */
  readonly verify?: boolean;
  /** Stops set-up; it then rejects with INTERRUPTED and keeps nothing half-done. */
  readonly signal?: AbortSignal;
  /** What to run again where there is too little room to begin. */
  readonly command?: string;
}

export interface SetupOptions extends Omit<StageOptions, 'command'> {
  /** Default `auto`: for a GPU too where NVIDIA's driver is found, or where the cache has its parts already. The CPU's TensorFlow is always set up. */
  readonly device?: SetupDevice;
}

export interface StageResult {
  readonly cacheDirectory: string;
  /** Names of the parts that were made anew; empty where all was there already. */
  readonly built: readonly string[];
}

export interface SetupResult extends StageResult {
  /** What TensorFlow is set up for. */
  readonly devices: readonly ('cpu' | 'gpu')[];
  /** Version of NVIDIA's driver; null where there is none. */
  readonly driver: string | null;
}

/**
 * Brings TensorFlow's library, tfjs-node-gpu with its addon, and MiniLM into the cache, and where wanted the same for a GPU with CUDA's
 * libraries; whatever is there and whole is left alone, whatever is broken is made anew. Safe to run from several processes at once.
 * @throws GramkitError with a SETUP_ code and the command that mends it.
 */
export async function setup(options: SetupOptions = {}): Promise<SetupResult> {
  const { device = 'auto', cacheDirectory: cache = cacheDirectory(), onNote } = options;
  const driver = await findNvidiaDriver();
  const { stages, gpu, note } = await planSetup(cache, device, driver);
  if (note !== undefined) onNote?.(note);
  const command = device === 'gpu' ? gpuSetupCommand : setupCommand;
  return { ...(await runStages(stages, { ...options, command })), devices: gpu ? ['cpu', 'gpu'] : ['cpu'], driver: driver?.version ?? null };
}

/** `setup` over given stages. */
export async function runStages(stages: readonly Stage[], options: StageOptions = {}): Promise<StageResult> {
  const { cacheDirectory: cache = cacheDirectory(), onProgress = () => {}, verify = false, signal } = options;
  if ((await firstUnready(cache, stages, verify)) === undefined) return { cacheDirectory: cache, built: [] };
  const onWait = (): void => onProgress({ stage: 'setup', done: 0, total: 0, unit: 'files', message: 'waiting for another set-up to finish' });
  const built = await withCacheLock(cache, () => buildUnready(cache, stages, { ...options, onProgress }), onWait, signal);
  return { cacheDirectory: cache, built };
}

async function firstUnready(cache: string, stages: readonly Stage[], verify: boolean): Promise<Stage | undefined> {
  for (const stage of stages) {
    if ((await inspectStage(cache, stage, verify)).state !== 'ready') return stage;
  }
  return undefined;
}

async function buildUnready(cache: string, stages: readonly Stage[], options: StageOptions & { readonly onProgress: OnProgress }): Promise<string[]> {
  const { onProgress, onNote, verify = false, signal, command } = options;
  checkSystemLibrary();
  await sweepPartials(cache, stages);
  const unready: Stage[] = [];
  for (const stage of stages) if ((await inspectStage(cache, stage, verify)).state !== 'ready') unready.push(stage);
  const needed = roomFor(unready);
  if (unready.length > 0) onNote?.(`set-up needs ${formatMegabytes(needed)} in ${cache}`);
  // For all of it at once: not after some gigabytes of downloads.
  await checkSpace(cache, needed, command);
  for (const stage of unready) await buildStage(cache, stage, onProgress, signal);
  return unready.map(({ name }) => name);
}
