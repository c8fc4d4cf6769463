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
}
