import { registerAdamUpdate } from './adam-update.js';
import { registerGather } from './gather.js';
import { registerLstmCell } from './lstm-cell.js';
import { registerRowHashMask } from './row-hash-mask.js';

/** Registers every kernel of this package for the backend `tensorflow`. */
export function registerKernels(): void {
  registerGather();
  registerRowHashMask();
  registerAdamUpdate();
  registerLstmCell();
}
