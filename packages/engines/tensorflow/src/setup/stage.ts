import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, statfs, lstat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GramkitError, isGramkitError } from '@gramkit/spec';
import { findDamage, readStamp, writeStamp } from '../cache/stamp.js';
import { diskFull, interrupted, setupCommand, unwritableCache } from './failures.js';
import type { OnProgress } from './progress.js';

/** One folder of the cache and how it is made. */
export interface Stage {
  /** For instance `tensorflow`. */
  readonly name: string;
  /** What it is, for people. */
  readonly title: string;
  /** Relative to the cache folder; versioned by what it holds. */
  readonly directory: string;
  /** Changes whenever `build` would make something else. */
  readonly fingerprint: string;
  /** Room it needs while it is made. */
  readonly neededBytes: number;
  /** Room it takes once it is made. Default: `neededBytes`. */
  readonly keptBytes?: number;
  /** Fills the empty folder `directory` and returns the relative paths of files and links to stamp. */
  build(directory: string, context: StageContext): Promise<readonly string[]>;
}

export interface StageContext {
  readonly stage: string;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal;
}

export interface StageState {
  readonly state: 'ready' | 'missing' | 'broken';
  /** What is wrong, as a sentence. */
  readonly problem?: string;
}

const partialPrefix = '.partial-';

/** Whether the folder of a stage is there and whole; `verify` re-hashes every file. */
export async function inspectStage(cache: string, stage: Stage, verify: boolean): Promise<StageState> {
  const directory = join(cache, stage.directory);
  const there = await lstat(directory).catch(() => undefined);
  if (there === undefined) return { state: 'missing', problem: `${directory} is missing` };
  const stamp = await readStamp(directory);
  if (stamp === undefined) return { state: 'broken', problem: `${directory} is incomplete (it has no stamp)` };
  if (stamp.fingerprint !== stage.fingerprint) return { state: 'broken', problem: `${directory} was made by another version of Gramkit's set-up` };
  const damage = await findDamage(directory, stamp, verify);
  return damage === undefined ? { state: 'ready' } : { state: 'broken', problem: `in ${directory}, ${damage}` };
}

/** Makes the folder of a stage anew: beside its place, then renamed, so that it is never seen half-done. */
export async function buildStage(cache: string, stage: Stage, onProgress: OnProgress, signal?: AbortSignal): Promise<void> {
  const target = join(cache, stage.directory);
  const partial = await makePartial(cache, target);
  try {
    await checkSpace(cache, stage.neededBytes);
    const paths = await stage.build(partial, { stage: stage.name, onProgress, signal });
    if (signal?.aborted === true) throw interrupted();
    await writeStamp(partial, stage.fingerprint, paths);
    await rm(target, { recursive: true, force: true });
    await rename(partial, target);
  } catch (error) {
    throw explain(error, cache, stage, signal);
  } finally {
    await rm(partial, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

async function makePartial(cache: string, target: string): Promise<string> {
  try {
    await mkdir(dirname(target), { recursive: true });
    // Beside its place: links between stages are relative, and a rename must not cross disks.
    const partial = join(dirname(target), `${partialPrefix}${basename(target)}-${randomUUID()}`);
    await mkdir(partial);
    return partial;
  } catch (cause) {
    throw unwritableCache(cache, cause);
  }
}

/** Removes what interrupted set-ups left. Only under the lock: another process may be at work. */
export async function sweepPartials(cache: string, stages: readonly Stage[]): Promise<void> {
  for (const parent of new Set(stages.map((stage) => dirname(join(cache, stage.directory))))) {
    for (const entry of await readdir(parent).catch(() => [])) {
      if (entry.startsWith(partialPrefix)) await rm(join(parent, entry), { recursive: true, force: true });
    }
  }
}

/** Room that making `stages` one after the other takes at its peak. */
export function roomFor(stages: readonly Stage[]): number {
  let kept = 0;
  let peak = 0;
  for (const { neededBytes, keptBytes = neededBytes } of stages) {
    peak = Math.max(peak, kept + neededBytes);
    kept += keptBytes;
  }
  return peak;
}

/** @throws GramkitError SETUP_DISK where the disk of `cache` has less room; `command` is the one to repeat then. */
export async function checkSpace(cache: string, neededBytes: number, command?: string): Promise<void> {
  const { bavail, bsize } = await statfs(cache);
  if (bavail * bsize < neededBytes) throw diskFull(cache, neededBytes, bavail * bsize, undefined, command);
}

function explain(error: unknown, cache: string, stage: Stage, signal?: AbortSignal): GramkitError {
  if (isGramkitError(error)) return error;
  if (signal?.aborted === true) return interrupted();
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(cache, stage.neededBytes, undefined, error);
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return unwritableCache(cache, error);
  return new GramkitError('SETUP_FAILED', `setting up ${stage.title} failed: ${message}`, { fix: setupCommand, cause: error });
}
