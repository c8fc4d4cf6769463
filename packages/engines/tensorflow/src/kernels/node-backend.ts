import { backend, getKernel, registerKernel, unregisterKernel, type DataType, type KernelConfig, type KernelFunc, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';

/** An attribute of a TensorFlow operation. */
export interface OperationAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What tfjs-node's backend keeps of a tensor's data. */
export interface BackendTensor {
  readonly shape: number[];
  readonly dtype: number;
  /** Values that are not uploaded yet, or null. */
  values: unknown;
  /** Handle of the addon; -1 before the upload. */
  id: number;
  refCount: number;
}

/** What the addon says of a tensor it made. */
export interface HandleInfo {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** The part of tfjs-node's addon that is used here. */
export interface AddonBinding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_Version: string;
  executeOp(name: string, attributes: readonly OperationAttribute[], inputs: readonly number[], outputCount: number): HandleInfo[];
  /** Only while a graph is recorded: `executeOp` of an operation whose outputs TensorFlow knows no shapes of. */
  executeShapedOp?(name: string, attributes: readonly OperationAttribute[], inputs: readonly number[], outputs: readonly Omit<HandleInfo, 'id'>[]): HandleInfo[];
  createTensor(shape: readonly number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): unknown;
  getNumOfTensors(): number;
  /** Ours (assets/addon/binding): adds values `[n, width]` to rows of a table in place. */
  addToRows(table: number, rows: number, values: number): void;
  /** Ours: a float32 tensor of zeros that takes memory as it is written to. */
  zeros(shape: readonly number[]): number;
  /** Ours: a step of Adam in place. */
  adamUpdate(
    weight: number, firstMoment: number, secondMoment: number, gradient: number, rows: number, activeRows: Uint8Array | undefined, onlyTouchedRows: boolean,
    rate: number, epsilon: number, beta1: number, beta2: number, threads: number,
  ): void;
}

/** The part of tfjs-node's backend that is used here. */
export interface NodeBackend {
  binding: AddonBinding;
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: { get(dataId: object): BackendTensor; has(dataId: object): boolean };
  move(dataId: object, values: unknown, shape: number[], dtype: DataType, refCount: number): void;
  incRef(dataId: object): void;
  disposeData(dataId: object, force?: boolean): boolean;
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  getDTypeInteger(dtype: DataType): number;
  createOutputTensor(handle: HandleInfo): Tensor;
  executeSingleOutput(name: string, attributes: readonly OperationAttribute[], inputs: readonly TensorInfo[]): Tensor;
  executeMultipleOutputs(name: string, attributes: readonly OperationAttribute[], inputs: readonly TensorInfo[], outputCount: number): Tensor[];
}

export const backendName = 'tensorflow';

/** The backend in use, which must be tfjs-node's. */
export function nodeBackend(): NodeBackend {
  return backend() as unknown as NodeBackend;
}

/** What an operation of several outputs will return as one of them. */
export interface OutputForm {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/**
 * Runs an operation whose outputs have the forms `outputs`. The way of every operation of ours: TensorFlow cannot tell their shapes
 * before they run, and what records a graph must know them.
 */
export function executeShaped(
  node: NodeBackend, name: string, attributes: readonly OperationAttribute[], inputs: readonly TensorInfo[], outputs: readonly OutputForm[],
): Tensor[] {
  const forms = outputs.map(({ shape, dtype }) => ({ shape, dtype: node.getDTypeInteger(dtype) }));
  const ids = node.getInputTensorIds(inputs);
  const handles = node.binding.executeShapedOp?.(name, attributes, ids, forms) ?? node.binding.executeOp(name, attributes, ids, outputs.length);
  return handles.map((handle) => node.createOutputTensor(handle));
}

/** The form of a float32 output. */
export function floats(...shape: number[]): OutputForm {
  return { shape, dtype: 'float32' };
}

/** Makes attributes of operations for `node`. */
export function attributesFor({ binding }: NodeBackend) {
  return {
    type: (name: string, value: number): OperationAttribute => ({ name, type: binding.TF_ATTR_TYPE, value }),
    integer: (name: string, value: number | readonly number[]): OperationAttribute => ({ name, type: binding.TF_ATTR_INT, value }),
    real: (name: string, value: number): OperationAttribute => ({ name, type: binding.TF_ATTR_FLOAT, value }),
    boolean: (name: string, value: boolean): OperationAttribute => ({ name, type: binding.TF_ATTR_BOOL, value }),
    text: (name: string, value: string): OperationAttribute => ({ name, type: binding.TF_ATTR_STRING, value }),
    shape: (name: string, value: readonly number[]): OperationAttribute => ({ name, type: binding.TF_ATTR_SHAPE, value }),
  };
}

/** A kernel as written here: from the tensors and attributes that its contract in spec names to its output or outputs. */
export type Kernel<Inputs, Attributes> = (node: NodeBackend, inputs: Inputs, attributes: Attributes) => TensorInfo | TensorInfo[];

/** Registers a kernel of our own for TensorFlow. */
export function addKernel<Inputs, Attributes>(kernelName: string, kernel: Kernel<Inputs, Attributes>): void {
  const kernelFunc = (given: { inputs: unknown; attrs?: unknown; backend: unknown }) =>
    kernel(given.backend as NodeBackend, given.inputs as Inputs, given.attrs as Attributes);
  replaceKernel({ kernelName, kernelFunc: kernelFunc as unknown as KernelFunc });
}

/** Registers a kernel for TensorFlow, in place of one that tfjs-node brought. */
export function replaceKernel(kernel: Omit<KernelConfig, 'backendName'>): void {
  if (getKernel(kernel.kernelName, backendName) !== undefined) unregisterKernel(kernel.kernelName, backendName);
  registerKernel({ ...kernel, backendName });
}
