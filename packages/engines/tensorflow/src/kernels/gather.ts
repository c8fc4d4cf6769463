import { scalar, type GatherV2Attrs, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { attributesFor, replaceKernel, type NodeBackend } from './node-backend.js';

/**
 * `gather` without tfjs-node's check of the indices, which copies them back to JavaScript at every call.
 * TensorFlow itself checks them and fails on one that is out of range.
 */
export function registerGather(): void {
  replaceKernel({ kernelName: 'GatherV2', kernelFunc: gather as unknown as KernelFunc });
}

interface GatherArguments {
  readonly inputs: { readonly x: TensorInfo; readonly indices: TensorInfo };
  readonly attrs: GatherV2Attrs;
  readonly backend: unknown;
}

function gather({ inputs: { x, indices }, attrs: { axis, batchDims }, backend }: GatherArguments): TensorInfo {
  const node = backend as NodeBackend;
  const attribute = attributesFor(node);
  const axisTensor = scalar(axis, 'int32');
  const gathered = node.executeSingleOutput('GatherV2', [
    attribute.integer('batch_dims', batchDims),
    attribute.type('Tparams', node.getDTypeInteger(x.dtype)),
    attribute.type('Tindices', node.getDTypeInteger(indices.dtype)),
    attribute.type('Taxis', node.binding.TF_INT32),
  ], [x, indices, axisTensor]);
  axisTensor.dispose();
  return gathered;
}
