import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { oldestDriver } from './gpu-pins.js';
import { runProgram } from './run-program.js';

/** NVIDIA's driver, as this process can use it. */
export interface NvidiaDriver {
  /** For instance `550.54.15`. */
  readonly version: string;
  /** Whether it runs the CUDA that set-up brings. */
  readonly recentEnough: boolean;
}

export interface FindDriverOptions {
  /** Where `/proc` and `/dev` are looked for. Default: `/`. */
  readonly root?: string;
  /** Programs that may tell the version. Default: `nvidia-smi` on the PATH, and where Windows puts it into WSL. */
  readonly programs?: readonly string[];
}

/**
 * The driver's version; undefined where there is none. The kernel tells it, but it tells it in a container too that was given no GPU:
 * so the device file counts as well. WSL has neither, there `nvidia-smi` answers.
 */
export async function findNvidiaDriver(options: FindDriverOptions = {}): Promise<NvidiaDriver | undefined> {
  const { root = '/', programs = ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'] } = options;
  const version = (await versionOfKernel(root)) ?? (await versionOfProgram(programs));
  return version === undefined ? undefined : { version, recentEnough: version.localeCompare(oldestDriver, 'en', { numeric: true }) >= 0 };
}

async function versionOfKernel(root: string): Promise<string | undefined> {
  try {
    await access(join(root, 'dev/nvidiactl'));
    // For instance "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024".
    return /^NVRM version:.*?\s(\d+(?:\.\d+)+)\s/m.exec(await readFile(join(root, 'proc/driver/nvidia/version'), 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

async function versionOfProgram(programs: readonly string[]): Promise<string | undefined> {
  for (const program of programs) {
    try {
      const { code, output } = await runProgram([program, '--query-gpu=driver_version', '--format=csv,noheader']);
      const version = /^\s*(\d+(?:\.\d+)+)\s*$/m.exec(output)?.[1];
      if (code === 0 && version !== undefined) return version;
    } catch {
      // No such program.
    }
  }
  return undefined;
}
