import { GramkitError, type CompiledStages, type CompileMode, type CompileOptions, type Engine, type EngineDescription, type Precision, type Stage } from '@gramkit/spec';
import { memory, version_core } from '@tensorflow/tfjs-core';
import { CompiledFunctions } from '../compile/compiled-stages.js';
import { nodeBackend } from '../kernels/node-backend.js';
import { addonVersion } from '../setup/pins.js';
import { configuredThreads } from './environment.js';
import { instructionSets } from './processor.js';
import { packageVersion } from './package-version.js';

/** Bytes that this process uses. */
export interface EngineMemory {
  /** Resident memory of the whole process: TensorFlow's buffers are in it. */
  readonly residentBytes: number;
  /** JavaScript's heap. */
  readonly heapBytes: number;
  /** What the tensors that tfjs knows of hold. */
  readonly tensorBytes: number;
  readonly tensors: number;
  /** Handles of the native library. */
  readonly handles: number;
}

/** TensorFlow in this process. */
export class TensorFlowEngine implements Engine {
  readonly name = 'tensorflow';
  readonly device: string = nodeBackend().isUsingGpuDevice ? 'gpu' : 'cpu';

  /** Absent where nothing is to be compiled. */
  readonly compile?: (stages: () => readonly Stage[], options: CompileOptions) => CompiledStages;

  /**
   * @param precision of matrix products in compiled functions
   * @param mode of the functions that are given none; `off`: nothing is compiled
   * @throws GramkitError ENGINE_UNSUPPORTED for bfloat16 without compiling: operations run one by one are float32.
   */
  constructor(readonly precision: Precision = 'float32', readonly mode: CompileMode | 'off' = 'graph') {
    if (mode !== 'off') {
      this.compile = (stages, options) => new CompiledFunctions(nodeBackend(), stages, options, { bfloat16: precision === 'bfloat16' }, mode);
    } else if (precision === 'bfloat16') {
      throw new GramkitError('ENGINE_UNSUPPORTED', 'bfloat16 needs compiled functions, and compiling is off', { field: 'engine.compile', fix: 'set engine.compile to graph, or engine.precision to float32' });
    }
  }

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

  memory(): EngineMemory {
    const { rss, heapUsed } = process.memoryUsage();
    const { numBytes, numTensors } = memory();
    return { residentBytes: rss, heapBytes: heapUsed, tensorBytes: numBytes, tensors: numTensors, handles: nodeBackend().binding.getNumOfTensors() };
  }
}
