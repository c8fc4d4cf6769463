import type { Variable } from '@tensorflow/tfjs-core';
import { attributesFor, type NodeBackend } from './node-backend.js';

/** Gives a variable that shares its handle with clones one of its own, before its buffer is changed in place: the addon copies a buffer that two handles share. */
export function ownHandle(node: NodeBackend, variable: Variable): void {
  if (node.tensorMap.get(variable.dataId).refCount === 1) return;
  const own = node.executeSingleOutput('Identity', [attributesFor(node).type('T', node.binding.TF_FLOAT)], [variable]);
  variable.assign(own);
  own.dispose();
}
