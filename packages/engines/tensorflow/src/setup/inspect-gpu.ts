import { gpuBuildExists } from './gpu-pins.js';
import { gpuStages } from './gpu-stages.js';
import { inspectStage, type Stage, type StageState } from './stage.js';

/** Whether TensorFlow is set up for a GPU: `missing` until set-up has got to its end once, `broken` where it has and something is not as it was left. */
export async function inspectGpu(cache: string, verify: boolean): Promise<StageState> {
  if (!gpuBuildExists()) return { state: 'missing', problem: `there is no TensorFlow for GPUs on ${process.platform} on ${process.arch}` };
  return inspectInOrder(cache, await gpuStages(), verify);
}

/** `inspectGpu` over given stages, the last of which is made last. */
export async function inspectInOrder(cache: string, stages: readonly Stage[], verify: boolean): Promise<StageState> {
  const states = await Promise.all(stages.map((stage) => inspectStage(cache, stage, verify)));
  const unready = states.filter(({ state }) => state !== 'ready');
  if (unready.length === 0) return { state: 'ready' };
  if (states.at(-1)!.state !== 'missing') return { state: 'broken', problem: unready[0]!.problem };
  const begun = states.some(({ state }) => state !== 'missing');
  return { state: 'missing', problem: begun ? `set-up made ${states.length - unready.length} of its ${states.length} parts and did not come to its end` : 'it is not set up' };
}
