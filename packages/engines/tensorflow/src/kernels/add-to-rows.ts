import { add, unsortedSegmentSum, Variable, type KernelFunc, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { GramkitError, kernelNames, type AddToRowsInputs } from '@gramkit/spec';
import { replaceKernel, type NodeBackend } from './node-backend.js';
import { ownHandle } from './own-handle.js';

/** Adds to rows of a table in place (`AddToRowsInputs` in spec); on a GPU, whose memory the addon does not reach, by way of a new table. */
export function registerAddToRows(): void {
  replaceKernel({ kernelName: kernelNames.addToRows, kernelFunc: addToRows as unknown as KernelFunc });
}

function addToRows({ inputs, backend }: { readonly inputs: AddToRowsInputs; readonly backend: unknown }): TensorInfo[] {
  const node = backend as NodeBackend;
  const { table, rows, values } = inputs;
  checkArguments(inputs);
  if (node.isUsingGpuDevice) {
    const moved = add(table, unsortedSegmentSum(values, rows, table.shape[0]!));
    table.assign(moved as Tensor);
    moved.dispose();
    return [];
  }
  ownHandle(node, table);
  node.binding.addToRows(...(node.getInputTensorIds([table, rows, values]) as [number, number, number]));
  return [];
}

function checkArguments({ table, rows, values }: AddToRowsInputs): void {
  const fit = table instanceof Variable && table.dtype === 'float32' && rows.dtype === 'int32' && rows.rank === 1 && values.dtype === 'float32' && values.shape[0] === rows.size;
  if (fit) return;
  throw new GramkitError('ENGINE_FAILED', `Rows ${rows.dtype} [${rows.shape.join(', ')}] and values ${values.dtype} [${values.shape.join(', ')}] do not fit the table ${table.dtype} [${table.shape.join(', ')}]`, {
    fix: 'give a variable, int32 rows, and as many rows of values',
  });
}
