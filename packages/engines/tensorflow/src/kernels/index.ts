import { registerAdamUpdate } from './adam-update.js';
import { registerAddToRows } from './add-to-rows.js';
import { registerBiasGelu } from './bias-gelu.js';
import { registerColumnSum } from './column-sum.js';
import { registerGather } from './gather.js';
import { registerLayerNorm } from './layer-norm.js';
import { registerLstmCell } from './lstm-cell.js';
import { nodeBackend } from './node-backend.js';
import { registerPackedAttention } from './packed-attention.js';
import { registerPackedDropout } from './packed-dropout.js';
import { registerPackedPooling } from './packed-pooling.js';
import { registerRowHashMask } from './row-hash-mask.js';
import { registerZerosLike } from './zeros-like.js';

/**
 * Registers the kernels of this package for the backend `tensorflow`. Our own operations are written for the CPU. On a GPU TensorFlow runs
 * an operation that has no kernel there on the CPU and copies its tensors across. That is worth it for dropout masks alone, which nothing else
 * draws. For the rest callers compose TensorFlow's operations instead, on padded texts where packed ones would take an operation of ours.
 */
export function registerKernels(): void {
  registerGather();
  registerRowHashMask();
  registerAdamUpdate();
  registerAddToRows();
  if (!nodeBackend().isUsingGpuDevice) registerKernelsOfCpu();
}

function registerKernelsOfCpu(): void {
  registerZerosLike();
  registerLstmCell();
  registerPackedAttention();
  registerPackedDropout();
  registerPackedPooling();
  registerLayerNorm();
  registerBiasGelu();
  registerColumnSum();
}
