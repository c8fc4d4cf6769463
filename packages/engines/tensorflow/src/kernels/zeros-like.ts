import { getKernel, util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { backendName, replaceKernel, type NodeBackend } from './node-backend.js';

/** Elements from which on a tensor of zeros is worth memory pages of its own. */
const large = 2 ** 16;

/**
 * `zerosLike` of a large tensor in memory that takes room as it is written to (assets/addon/binding/zeros.cc): an optimizer keeps two slots of
 * a word table's size, of which a data set reaches few rows.
 */
export function registerZerosLike(): void {
  const { kernelFunc } = getKernel('ZerosLike', backendName);
  if (kernelFunc === zerosLike) return;
  original = kernelFunc;
  replaceKernel({ kernelName: 'ZerosLike', kernelFunc: zerosLike });
}

let original: KernelFunc;

const zerosLike: KernelFunc = (given) => {
  const { x } = given.inputs as { readonly x: TensorInfo };
  const node = given.backend as NodeBackend;
  const recording = node.binding.executeShapedOp !== undefined;
  if (recording || x.dtype !== 'float32' || util.sizeFromShape(x.shape) < large) return original(given);
  return node.createOutputTensor({ id: node.binding.zeros(x.shape), shape: [...x.shape], dtype: node.binding.TF_FLOAT });
};
