import type { CompiledStages, CompileOptions, Stage } from './compile.js';

export type Precision = 'float32' | 'bfloat16';

/** What `gram doctor` prints of an engine. */
export interface EngineDescription {
  readonly name: string;
  /** `cpu` or the name of the accelerator. */
  readonly device: string;
  readonly threads: number;
  /** What the processor offers beyond its base, for instance `avx512f`, `avx512_bf16`, `amx_bf16`. */
  readonly instructionSets: readonly string[];
  readonly precision: Precision;
  /** Version by component: node, tensorflow, tfjs, … */
  readonly versions: Readonly<Record<string, string>>;
}

/** Where tensors live and are computed. */
export interface Engine {
  readonly name: string;
  readonly device: string;
  readonly precision: Precision;
  describe(): EngineDescription;
  /**
   * Stages as native functions, one for each set of input shapes. `stages` is called anew for each set: what its functions share, such as
   * a recorded pass, belongs to one recording. Matrix products in bfloat16 where that is the engine's precision. An engine without it runs everything as it comes.
   */
  compile?(stages: () => readonly Stage[], options: CompileOptions): CompiledStages;
}
