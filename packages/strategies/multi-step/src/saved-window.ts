import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch, ComponentState, HostTensor, HostTensors } from '@gramkit/spec';
import { savedCount, savedTensor, uploadRows, uploadTensor } from '@gramkit/tensor';
import { RowTable } from './row-table.js';
import { Window } from './window.js';

const referencePrefix = 'batch/references/';
const fieldPrefix = 'batch/fields/';

/** An open window as tensors, its last batch with it: what is measured at its end needs that. */
export function saveWindow(window: Window): Record<string, Tensor> {
  const { itemIds, references, fields } = window.lastBatch!;
  return {
    'window/rows': uploadRows(Int32Array.from(window.rows)),
    'window/encodings': window.encodings(),
    'window/displacement': window.displacement(),
    'window/moveNorms': window.sums.moveNorms.clone(),
    'window/rowRates': window.sums.rowRates.clone(),
    'batch/itemIds': uploadRows(itemIds),
    ...prefixed(referencePrefix, references),
    ...prefixed(fieldPrefix, fields),
  };
}

/** @throws GramkitError CHECKPOINT_MISMATCH */
export function restoreWindow(state: ComponentState, index: number, dimension: number): Window {
  const rows = savedTensor<Tensor1D>(state, 'window/rows', [-1], 'int32');
  const shape = [rows.shape[0], dimension];
  const encodings = savedTensor<Tensor2D>(state, 'window/encodings', shape, 'float32');
  const displacement = savedTensor<Tensor2D>(state, 'window/displacement', shape, 'float32');
  const moveNorms = savedTensor<Scalar>(state, 'window/moveNorms', [], 'float32');
  const rowRates = savedTensor<Scalar>(state, 'window/rowRates', [], 'float32');
  const lastBatch = restoreBatch(state);
  const steps = savedCount(state, 'windowSteps');
  const window = new Window(index, dimension);
  window.restore(rows.dataSync(), encodings, displacement, { moveNorms, rowRates });
  window.steps = steps;
  window.lastBatch = lastBatch;
  return window;
}

export function saveRows(table: RowTable): Record<string, Tensor> {
  return { 'current/rows': uploadRows(Int32Array.from(table.rows)), 'current/encodings': table.encodings.clone() };
}

/** @throws GramkitError CHECKPOINT_MISMATCH */
export function restoreRows(state: ComponentState, dimension: number): RowTable {
  const rows = savedTensor<Tensor1D>(state, 'current/rows', [-1], 'int32');
  const encodings = savedTensor<Tensor2D>(state, 'current/encodings', [rows.shape[0], dimension], 'float32');
  return new RowTable(Array.from(rows.dataSync()), encodings.clone());
}

function restoreBatch(state: ComponentState): Batch {
  const itemIds = savedTensor<Tensor1D>(state, 'batch/itemIds', [-1], 'int32');
  return {
    itemIds: Int32Array.from(itemIds.dataSync()),
    references: unprefixed(referencePrefix, state),
    fields: unprefixed(fieldPrefix, state),
  };
}

function prefixed(prefix: string, tensors: HostTensors): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, uploadTensor(tensor)]));
}

function unprefixed(prefix: string, { tensors }: ComponentState): HostTensors {
  const found = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, tensor]) => [name.slice(prefix.length), toHost(tensor)]));
}

function toHost(tensor: Tensor): HostTensor {
  const { shape } = tensor;
  if (tensor.dtype === 'int32') return { dtype: 'int32', shape, data: Int32Array.from(tensor.dataSync()) };
  return { dtype: 'float32', shape, data: Float32Array.from(tensor.dataSync()) };
}
