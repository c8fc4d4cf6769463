import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CudaPin } from './gpu-pins.js';
import { tensorflowVersion } from './pins.js';
import type { Stage } from './stage.js';
import { downloadWheel, unpackWheel } from './wheel.js';

/**
 * Holds NVIDIA's wheels side by side, laid out as pip lays them out. Their libraries look for one another by that layout: cuSOLVER, for
 * one, has the run path `$ORIGIN/../../cublas/lib`.
 */
export const cudaDirectory = `engine/cuda-for-tensorflow-${tensorflowVersion}/nvidia`;

/** Headers, static libraries and Python's own files: nothing at run time reads them. */
const unread = /\/include\/|\.a$|\.py$/;

/** The libraries and programs of one of NVIDIA's wheels. */
export function cudaStage(pin: CudaPin): Stage {
  const prefix = `nvidia/${pin.folder}/`;
  const place = (entry: string): string | undefined => {
    if (/\.dist-info\/(?:licenses\/)?License\.txt$/.test(entry)) return 'LICENSE';
    return entry.startsWith(prefix) && !unread.test(entry) ? entry.slice(prefix.length) : undefined;
  };
  return {
    name: `cuda-${pin.folder.replace(/^cuda_/, '')}`,
    title: `${pin.distribution} ${pin.version}`,
    directory: join(cudaDirectory, pin.folder),
    fingerprint: `1:${pin.sha256}`,
    neededBytes: pin.bytes + pin.unpackedBytes,
    keptBytes: pin.unpackedBytes,
    async build(directory, context) {
      const wheel = await downloadWheel(pin, directory, context);
      const paths = await unpackWheel(wheel, directory, place, context);
      await rm(wheel);
      return paths;
    },
  };
}
