import { isGramkitError } from '@gramkit/spec';
import { cacheDirectory } from '../cache/cache-directory.js';
import { setupCommand } from './failures.js';
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
  /** Whether everything that set-up brings is there. */
  readonly ready: boolean;
  /** What set-up brings. */
  readonly parts: readonly SetupFinding[];
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
  const tools = await Promise.all([pip, npm, compiler].map(inspectTool));
  return { cacheDirectory: cache, ready: parts.every((part) => part.state === 'ready'), parts, tools };
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
