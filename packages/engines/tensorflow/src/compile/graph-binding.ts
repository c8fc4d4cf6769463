import type { AddonBinding, OperationAttribute } from '../kernels/node-backend.js';

/** A graph under construction, in the addon's memory. */
export type NativeGraph = { readonly nativeGraph: unique symbol };

/** A tensor of a graph: its number there, and its form as far as TensorFlow can tell. */
export interface GraphTensor {
  readonly id: number;
  readonly dtype: number;
  /** null where even the number of dimensions is unknown; -1 for a size that is. */
  readonly shape: readonly number[] | null;
}

/** An operation that was added to a graph. */
export interface AddedOperation {
  readonly operation: number;
  readonly outputs: readonly GraphTensor[];
}

/** The addon with what assets/addon/binding/graph_functions.cc adds to it. */
export interface GraphBinding extends AddonBinding {
  createGraph(): NativeGraph;
  operationDefinition(graph: NativeGraph, name: string): Uint8Array;
  addPlaceholder(graph: NativeGraph, dtype: number, shape: readonly number[]): AddedOperation;
  addConstant(graph: NativeGraph, dtype: number, shape: readonly number[], values: ArrayBufferView): AddedOperation;
  addOperation(
    graph: NativeGraph, name: string, attributes: readonly OperationAttribute[], inputs: readonly (number | readonly number[])[], outputShapes?: readonly (readonly number[])[],
  ): AddedOperation;
  addFunction(
    graph: NativeGraph, name: string, operations: readonly number[], inputs: readonly number[], outputs: readonly number[], attributes: readonly (readonly [string, Uint8Array])[],
  ): void;
  removeFunction(name: string): void;
  executeFunction(name: string, configuration: Uint8Array | undefined, inputs: Int32Array, outputCount: number): { id: number; shape: number[]; dtype: number }[];
}
