import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames, lstmCellOutputs, type LstmCellGradientInputs, type LstmCellInputs } from '@gramkit/spec';
import { executeShaped, floats, replaceKernel, type NodeBackend } from './node-backend.js';

/** The element-wise part of an LSTM's time step and its gradient, each in one pass over memory; equations at `LstmCellInputs` in spec. */
export function registerLstmCell(): void {
  replaceKernel({ kernelName: kernelNames.lstmCell, kernelFunc: lstmCell as unknown as KernelFunc });
  replaceKernel({ kernelName: kernelNames.lstmCellGradient, kernelFunc: lstmCellGradient as unknown as KernelFunc });
}

interface KernelArguments<Inputs> {
  readonly inputs: Inputs;
  readonly backend: unknown;
}

function lstmCell({ inputs: { projected, recurrent, cell }, backend }: KernelArguments<LstmCellInputs>): TensorInfo[] {
  return executeShaped(backend as NodeBackend, 'GramkitLstmCell', [], [projected, recurrent, cell], lstmCellOutputs.map(() => floats(...cell.shape)));
}

function lstmCellGradient({ inputs, backend }: KernelArguments<LstmCellGradientInputs>): TensorInfo[] {
  const [batch, hidden] = inputs.previousCell.shape as [number, number];
  return executeShaped(backend as NodeBackend, 'GramkitLstmCellGradient', [], [
    inputs.outputGradient, inputs.recurrentGradient, inputs.cellGradient,
    inputs.inputGate, inputs.forgetGate, inputs.candidate, inputs.outputGate, inputs.activatedCell, inputs.previousCell,
  ], [floats(batch, 4 * hidden), floats(batch, hidden)]);
}
