import { availableParallelism } from 'node:os';

/** Settings that TensorFlow reads from the environment, once, while it is loaded. */
export interface LibrarySettings {
  /** Threads for one operation. Default: one for every processor this process may use. */
  readonly threads?: number;
  /** Operations that may run at once. Default: TensorFlow's own. */
  readonly concurrentOperations?: number;
  /** 0 everything, 1 no information, 2 errors only (default), 3 only what is fatal. */
  readonly logLevel?: number;
}

/** Sets the variables that `settings` asks for. One that the user has set stays. */
export function applyLibrarySettings(settings: LibrarySettings, environment: NodeJS.ProcessEnv = process.env): void {
  const threads = settings.threads ?? availableParallelism();
  const wanted: Record<string, string | undefined> = {
    TF_CPP_MIN_LOG_LEVEL: String(settings.logLevel ?? 2),
    TF_ENABLE_ONEDNN_OPTS: '1',
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: settings.concurrentOperations?.toString(),
    OMP_NUM_THREADS: String(threads),
    // Otherwise the first process takes all memory of a GPU.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // Lets XLA compile clusters on a CPU, of operations that fuse, in those functions that ask for it (`CompileMode`): nothing by itself.
    TF_XLA_FLAGS: '--tf_xla_cpu_global_jit --tf_xla_ops_to_cluster=FUSIBLE',
  };
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined) environment[name] ??= value;
  }
}

/** Threads for one operation, as the library was told. */
export function configuredThreads(environment: NodeJS.ProcessEnv = process.env): number {
  return Number(environment.TF_NUM_INTRAOP_THREADS) || availableParallelism();
}
