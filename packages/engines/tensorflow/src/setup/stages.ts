import { addonStage } from './addon-stage.js';
import { modelStage } from './model-stage.js';
import { modelWheel, tensorflowWheel } from './pins.js';
import type { Stage } from './stage.js';
import { tensorflowStage } from './tensorflow-stage.js';

/** What set-up makes on every machine, in order. What a GPU needs besides: `gpuStages`. */
export async function setupStages(): Promise<readonly Stage[]> {
  const tensorflow = tensorflowStage(tensorflowWheel());
  return [tensorflow, await addonStage(tensorflow), modelStage(modelWheel)];
}
