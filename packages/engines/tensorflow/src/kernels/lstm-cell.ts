import { kernelNames, type LstmCellGradientInputs, type LstmCellInputs } from '@gramkit/spec';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { attributesFor, replaceKernel, type HandleInfo, type NodeBackend } from './node-backend.js';

/**
 * The cell of an LSTM (equations at `LstmCellInputs` in spec) as a run of TensorFlow operations on bare handles.
 * An operation on `[32, 384]` takes TensorFlow some 8 microseconds and tfjs's bookkeeping about twice as much again; a training step has thousands.
 */
export function registerLstmCell(): void {
  replaceKernel({ kernelName: kernelNames.lstmCell, kernelFunc: lstmCell as unknown as KernelFunc });
  replaceKernel({ kernelName: kernelNames.lstmCellGradient, kernelFunc: lstmCellGradient as unknown as KernelFunc });
}

interface KernelArguments<Inputs> {
  readonly inputs: Inputs;
  readonly backend: unknown;
}

function lstmCell({ inputs: { projected, recurrent, cell }, backend }: KernelArguments<LstmCellInputs>): TensorInfo[] {
  const node = backend as NodeBackend;
  const [projectedId, recurrentId, cellId] = node.getInputTensorIds([projected, recurrent, cell]) as [number, number, number];
  return withHandles(node, (on) => {
    const [i, f, g, o] = on.splitGates(on.add(projectedId, recurrentId).id);
    const [inputGate, forgetGate, candidate, outputGate] = [on.sigmoid(i), on.sigmoid(f), on.tanh(g), on.sigmoid(o)];
    const nextCell = on.add(on.multiply(forgetGate.id, cellId).id, on.multiply(inputGate.id, candidate.id).id);
    const activatedCell = on.tanh(nextCell.id);
    const hidden = on.multiply(outputGate.id, activatedCell.id);
    return [hidden, nextCell, inputGate, forgetGate, candidate, outputGate, activatedCell];
  });
}

function lstmCellGradient({ inputs, backend }: KernelArguments<LstmCellGradientInputs>): TensorInfo[] {
  const node = backend as NodeBackend;
  const id = (tensor: TensorInfo): number => node.getInputTensorIds([tensor])[0]!;
  const [i, f, g, o] = [id(inputs.inputGate), id(inputs.forgetGate), id(inputs.candidate), id(inputs.outputGate)];
  const activated = id(inputs.activatedCell);
  return withHandles(node, (on) => {
    const hidden = on.add(id(inputs.outputGradient), id(inputs.recurrentGradient)).id;
    const cell = on.add(id(inputs.cellGradient), on.tanhGradient(activated, on.multiply(hidden, o).id).id).id;
    const gates = on.joinGates([
      on.sigmoidGradient(i, on.multiply(cell, g).id).id,
      on.sigmoidGradient(f, on.multiply(cell, id(inputs.previousCell)).id).id,
      on.tanhGradient(g, on.multiply(cell, i).id).id,
      on.sigmoidGradient(o, on.multiply(hidden, activated).id).id,
    ]);
    return [gates, on.multiply(cell, f)];
  });
}

/** Runs `work`; of the handles that its operations make, what it returns becomes tensors and the rest is freed, also when it fails. */
function withHandles(node: NodeBackend, work: (operations: Operations) => readonly HandleInfo[]): TensorInfo[] {
  const made: HandleInfo[] = [];
  const kept = new Set<HandleInfo>();
  try {
    const results = work(operationsOf(node, made));
    results.forEach((result) => kept.add(result));
    return results.map((result) => node.createOutputTensor(result));
  } finally {
    for (const handle of made) if (!kept.has(handle)) node.binding.deleteTensor(handle.id);
  }
}

type Operations = ReturnType<typeof operationsOf>;

function operationsOf(node: NodeBackend, made: HandleInfo[]) {
  const { binding } = node;
  const attribute = attributesFor(node);
  const float = [attribute.type('T', binding.TF_FLOAT)];
  const run = (name: string, attributes: typeof float, inputs: readonly number[], outputs = 1): HandleInfo[] => {
    const handles = binding.executeOp(name, attributes, inputs, outputs);
    made.push(...handles);
    return handles;
  };
  const unary = (name: string) => (value: number): HandleInfo => run(name, float, [value])[0]!;
  const binary = (name: string) => (left: number, right: number): HandleInfo => run(name, float, [left, right])[0]!;
  const columns = (): number => {
    const axis = { id: binding.createTensor([], binding.TF_INT32, Int32Array.of(1)), shape: [], dtype: binding.TF_INT32 };
    made.push(axis);
    return axis.id;
  };
  return {
    add: binary('AddV2'),
    multiply: binary('Mul'),
    sigmoid: unary('Sigmoid'),
    tanh: unary('Tanh'),
    /** Of the value y = sigmoid(x) and dL/dy: dL/dx. */
    sigmoidGradient: binary('SigmoidGrad'),
    /** Of the value y = tanh(x) and dL/dy: dL/dx. */
    tanhGradient: binary('TanhGrad'),
    splitGates: (value: number): [number, number, number, number] => {
      const parts = run('Split', [attribute.integer('num_split', 4), ...float], [columns(), value], 4);
      return parts.map((part) => part.id) as [number, number, number, number];
    },
    joinGates: (parts: readonly number[]): HandleInfo =>
      run('ConcatV2', [attribute.integer('N', parts.length), ...float, attribute.type('Tidx', binding.TF_INT32)], [...parts, columns()])[0]!,
  };
}
