import { registerAdamUpdate } from './adam-update.js';
import { registerGather } from './gather.js';
import { registerLstmCell } from './lstm-cell.js';
import { nodeBackend } from './node-backend.js';
import { registerRowHashMask } from './row-hash-mask.js';

/**
 * Registers the kernels of this package for the backend `tensorflow`. Our own operations are written for the CPU. On a GPU TensorFlow runs
 * an operation that has no kernel there on the CPU and copies its tensors across: for a dropout mask, which nothing else computes, that is
 * one copy; for the LSTM's cell it would be several copies in every time step, so callers compose it of TensorFlow's operations instead.
 */
export function registerKernels(): void {
  registerGather();
  registerRowHashMask();
  registerAdamUpdate();
  if (!nodeBackend().isUsingGpuDevice) registerLstmCell();
}
