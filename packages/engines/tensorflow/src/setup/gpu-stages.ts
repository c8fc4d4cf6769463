import { symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { addonPaths, addonStage } from './addon-stage.js';
import { cudaDirectory, cudaStage } from './cuda-stage.js';
import { cudaWheels, gpuTensorflowWheel } from './gpu-pins.js';
import { tensorflowVersion, type WheelPin } from './pins.js';
import type { Stage } from './stage.js';
import { tensorflowStage } from './tensorflow-stage.js';

const unpackedBytes = 1_260_000_000;

/** What a GPU needs beside the CPU's parts, in the order in which it is made: the addon last, so that its presence says that all was there once. */
export async function gpuStages(): Promise<readonly Stage[]> {
  const tensorflow = gpuTensorflowStage(gpuTensorflowWheel);
  return [...cudaWheels.map(cudaStage), tensorflow, gpuAddonStage(await addonStage(tensorflow))];
}

/** TensorFlow for GPUs, in a folder of its own beside the CPU's. */
export function gpuTensorflowStage(pin: WheelPin): Stage {
  return {
    ...tensorflowStage(pin),
    name: 'tensorflow-gpu',
    title: `TensorFlow ${pin.version} for NVIDIA GPUs`,
    directory: `engine/tensorflow-gpu-${tensorflowVersion}`,
    neededBytes: pin.bytes + unpackedBytes,
    keptBytes: unpackedBytes,
  };
}

/**
 * An addon stage whose TensorFlow is the one for GPUs, in a folder of its own and with NVIDIA's libraries where that TensorFlow looks for them.
 *
 * TensorFlow needs no library of CUDA to load. When it finds a driver it opens them by their bare names (`libcudart.so.12`, …) from
 * within `libtensorflow_framework.so.2` and `libtensorflow_cc.so.2`, whose run paths are `$ORIGIN/../nvidia/cuda_runtime/lib` and the like
 * for all of them. `$ORIGIN` is the folder of the path by which a library was loaded, links not followed: here the addon's `deps/lib`.
 * XLA looks for `ptxas` and `libdevice` in `../nvidia/cuda_nvcc` from the same folder. So one link beside `deps/lib` serves all, and
 * LD_LIBRARY_PATH stays alone.
 */
export function gpuAddonStage(addon: Stage): Stage {
  return {
    ...addon,
    name: 'addon-gpu',
    title: `${addon.title} for NVIDIA GPUs`,
    directory: `${addon.directory}-gpu`,
    async build(directory, context) {
      const paths = await addon.build(directory, context);
      // Only now: the trial load that ends the build stays on the CPU, so a GPU that others fill does not fail set-up.
      const link = join(dirname(addonPaths.addon), '../../deps/nvidia');
      // Relative, so that the cache can be moved; the folder being filled lies beside its final place.
      const fromLink = relative(join(dirname(addon.directory), 'folder', dirname(link)), cudaDirectory);
      await symlink(fromLink, join(directory, link));
      return [...paths, link];
    },
  };
}
