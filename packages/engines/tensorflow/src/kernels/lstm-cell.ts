import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames, lstmCellOutputs, type LstmCellGradientInputs, type LstmCellInputs } from '@gramkit/spec';
import { addKernel, executeShaped, floats, type NodeBackend } from './node-backend.js';

/** The element-wise part of an LSTM's time step and its gradient, each in one pass over memory; equations at `LstmCellInputs` in spec. */
export function registerLstmCell(): void {
  addKernel(kernelNames.lstmCell, lstmCell);
  addKernel(kernelNames.lstmCellGradient, lstmCellGradient);
}

function lstmCell(node: NodeBackend, { projected, recurrent, cell, keep }: LstmCellInputs): TensorInfo[] {
  return executeShaped(node, 'GramkitLstmCell', [], [projected, recurrent, cell, keep], lstmCellOutputs.map(() => floats(...cell.shape)));
}

function lstmCellGradient(node: NodeBackend, inputs: LstmCellGradientInputs): TensorInfo[] {
  const [batch, hidden] = inputs.previousCell.shape;
  return executeShaped(node, 'GramkitLstmCellGradient', [], [
    inputs.outputGradient, inputs.recurrentGradient, inputs.cellGradient,
    inputs.inputGate, inputs.forgetGate, inputs.candidate, inputs.outputGate, inputs.activatedCell, inputs.previousCell, inputs.keep, inputs.keepNext,
  ], [floats(batch, 4 * hidden), floats(batch, hidden)]);
}
