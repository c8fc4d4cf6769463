import { isGramkitError } from '@gramkit/spec';
import { cacheDirectory } from '../cache/cache-directory.js';
import { gpuSetupCommand, setupCommand } from './failures.js';
import { gpuBuildExists } from './gpu-pins.js';
import { inspectGpu } from './inspect-gpu.js';
import { findNvidiaDriver, type NvidiaDriver } from './nvidia-driver.js';
import { inspectStage, type Stage } from './stage.js';
import { setupStages } from './stages.js';
import { compiler, npm, pip, type Tool } from './tools.js';

/** State of one thing that set-up brings or needs. */
export interface SetupFinding {
  readonly name: string;
  /** What it is, for people. */
  readonly title: string;
  readonly state: 'ready' | 'missing' | 'broken';
  /** What is wrong. */
  readonly problem?: string;
  /** The command that mends it. */
  readonly fix?: string;
}

export interface SetupInspection {
  readonly cacheDirectory: string;
  /** Whether everything that computing needs is there: all parts, and of a GPU nothing that is broken. */
  readonly ready: boolean;
  /** What set-up brings. */
  readonly parts: readonly SetupFinding[];
  /** What set-up brings for a GPU, taken together. Missing, it keeps nothing from working: the CPU computes. */
  readonly gpu: SetupFinding;
  /** NVIDIA's driver; null where there is none. */
  readonly driver: NvidiaDriver | null;
  /** The programs that set-up needs; what they made works without them. */
  readonly tools: readonly SetupFinding[];
}

export interface InspectSetupOptions {
  /** Default: `cacheDirectory()`. */
  readonly cacheDirectory?: string;
  /** Re-hash every file (seconds) instead of comparing sizes and times. */
  readonly verify?: boolean;
}

/** What is there, missing or broken, each with the command that mends it. Changes nothing and throws nothing for what it finds. */
export async function inspectSetup(options: InspectSetupOptions = {}): Promise<SetupInspection> {
  const { cacheDirectory: cache = cacheDirectory(), verify = false } = options;
  const parts = await inspectParts(cache, verify);
  const gpu = await inspectGpuPart(cache, verify);
  const tools = await Promise.all([pip, npm, compiler].map(inspectTool));
  const ready = parts.every((part) => part.state === 'ready') && gpu.state !== 'broken';
  return { cacheDirectory: cache, ready, parts, gpu, driver: (await findNvidiaDriver()) ?? null, tools };
}

async function inspectGpuPart(cache: string, verify: boolean): Promise<SetupFinding> {
  const { state, problem } = await inspectGpu(cache, verify);
  const fix = state === 'ready' || !gpuBuildExists() ? undefined : gpuSetupCommand;
  return { name: 'gpu', title: "TensorFlow for NVIDIA GPUs, its addon and CUDA's libraries", state, problem, fix };
}

async function inspectParts(cache: string, verify: boolean): Promise<SetupFinding[]> {
  try {
    const stages = await setupStages();
    return await Promise.all(stages.map((stage) => inspectPart(cache, stage, verify)));
  } catch (error) {
    if (!isGramkitError(error)) throw error;
    return [{ name: 'tensorflow', title: 'TensorFlow', state: 'missing', problem: error.message, fix: error.details.fix }];
  }
}

async function inspectPart(cache: string, stage: Stage, verify: boolean): Promise<SetupFinding> {
  const { state, problem } = await inspectStage(cache, stage, verify);
  return { name: stage.name, title: stage.title, state, problem, fix: state === 'ready' ? undefined : setupCommand };
}

async function inspectTool(tool: Tool): Promise<SetupFinding> {
  const about = { name: tool.name, title: tool.purpose };
  try {
    await tool.find();
    return { ...about, state: 'ready' };
  } catch (error) {
    if (!isGramkitError(error)) throw error;
    return { ...about, state: 'missing', problem: error.message, fix: error.details.fix };
  }
}
