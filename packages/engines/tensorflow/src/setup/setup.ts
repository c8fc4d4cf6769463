import { cacheDirectory } from '../cache/cache-directory.js';
import { withCacheLock } from '../cache/lock.js';
import { checkSystemLibrary } from './platform.js';
import type { OnProgress } from './progress.js';
import { buildStage, inspectStage, sweepPartials, type Stage } from './stage.js';
import { setupStages } from './stages.js';

export interface SetupOptions {
  /** Default: `cacheDirectory()`. */
  readonly cacheDirectory?: string;
  readonly onProgress?: OnProgress;
  /** Re-hash everything that is there instead of comparing sizes and times. */
  readonly verify?: boolean;
  /** Stops set-up; it then rejects with INTERRUPTED and keeps nothing half-done. */
  readonly signal?: AbortSignal;
}

export interface SetupResult {
  readonly cacheDirectory: string;
  /** Names of the parts that were made anew; empty where all was there already. */
  readonly built: readonly string[];
}

/**
 * Brings TensorFlow's library, tfjs-node-gpu with its addon, and MiniLM into the cache; whatever is there and whole is left alone,
 * whatever is broken is made anew. Safe to run from several processes at once.
 * @throws GramkitError with a SETUP_ code and the command that mends it.
 */
export async function setup(options: SetupOptions = {}): Promise<SetupResult> {
  return runStages(await setupStages(), options);
}

/** `setup` over given stages. */
export async function runStages(stages: readonly Stage[], options: SetupOptions = {}): Promise<SetupResult> {
  const { cacheDirectory: cache = cacheDirectory(), onProgress = () => {}, verify = false, signal } = options;
  if ((await firstUnready(cache, stages, verify)) === undefined) return { cacheDirectory: cache, built: [] };
  const onWait = (): void => onProgress({ stage: 'setup', done: 0, total: 0, unit: 'files', message: 'waiting for another set-up to finish' });
  const built = await withCacheLock(cache, () => buildUnready(cache, stages, onProgress, verify, signal), onWait, signal);
  return { cacheDirectory: cache, built };
}

async function firstUnready(cache: string, stages: readonly Stage[], verify: boolean): Promise<Stage | undefined> {
  for (const stage of stages) {
    if ((await inspectStage(cache, stage, verify)).state !== 'ready') return stage;
  }
  return undefined;
}

async function buildUnready(cache: string, stages: readonly Stage[], onProgress: OnProgress, verify: boolean, signal?: AbortSignal): Promise<string[]> {
  checkSystemLibrary();
  await sweepPartials(cache, stages);
  const built: string[] = [];
  for (const stage of stages) {
    if ((await inspectStage(cache, stage, verify)).state === 'ready') continue;
    await buildStage(cache, stage, onProgress, signal);
    built.push(stage.name);
  }
  return built;
}
