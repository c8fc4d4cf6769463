import { GramkitError } from '@gramkit/spec';

/** The GPUs that CUDA_VISIBLE_DEVICES lists; undefined where it is not set: all. CUDA stops reading at the first entry that is no device. */
function listedGpus(environment: NodeJS.ProcessEnv): string[] | undefined {
  const entries = environment.CUDA_VISIBLE_DEVICES?.split(',').map((entry) => entry.trim());
  const end = entries?.findIndex((entry) => !/^(?:\d+|GPU-.+|MIG-.+)$/.test(entry)) ?? -1;
  return end < 0 ? entries : entries?.slice(0, end);
}

/** Whether the user keeps this process from every GPU. */
export function hidesEveryGpu(environment: NodeJS.ProcessEnv): boolean {
  return listedGpus(environment)?.length === 0;
}

/**
 * Leaves TensorFlow one GPU to see, since it would otherwise take memory of all of them, and the addon computes on one: the first, or
 * the one with the index `gpu`, among those that the user leaves visible.
 * @throws GramkitError ENGINE_UNSUPPORTED where CUDA_VISIBLE_DEVICES lists fewer.
 */
export function showOneGpu(gpu = 0, environment: NodeJS.ProcessEnv = process.env): void {
  const listed = listedGpus(environment);
  const chosen = listed === undefined ? String(gpu) : listed[gpu];
  if (chosen === undefined) {
    throw new GramkitError('ENGINE_UNSUPPORTED', `engine.gpu is ${gpu}, but CUDA_VISIBLE_DEVICES='${environment.CUDA_VISIBLE_DEVICES}' leaves ${listed!.length} to see`, {
      field: 'engine.gpu',
      fix: `give an index from 0 to ${listed!.length - 1}, or list more in CUDA_VISIBLE_DEVICES`,
    });
  }
  environment.CUDA_VISIBLE_DEVICES = chosen;
}
