import type { Engine, EngineDescription, Precision } from '@gramkit/spec';
import { version_core } from '@tensorflow/tfjs-core';
import { nodeBackend } from '../kernels/node-backend.js';
import { addonVersion } from '../setup/pins.js';
import { configuredThreads } from './environment.js';
import { instructionSets } from './processor.js';
import { packageVersion } from './package-version.js';

/** TensorFlow in this process. */
export class TensorFlowEngine implements Engine {
  readonly name = 'tensorflow';
  readonly device: string = nodeBackend().isUsingGpuDevice ? 'gpu' : 'cpu';
  readonly precision: Precision = 'float32';

  describe(): EngineDescription {
    return {
      name: this.name,
      device: this.device,
      threads: configuredThreads(),
      instructionSets: instructionSets(),
      precision: this.precision,
      versions: {
        gramkit: packageVersion(),
        node: process.versions.node,
        tensorflow: nodeBackend().binding.TF_Version,
        tfjs: version_core,
        addon: addonVersion,
      },
    };
  }
}
