import { add, dispose, engine, expandDims, grads, memory, mul, randomNormal, ones, sigmoid, split, sum, tanh, tensor1d, tensor2d, tidy, type Scalar, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { kernelNames, lstmCellOutputs } from '@gramkit/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../engine/load-engine.js';

// A width that is no multiple of any vector's length.
const batch = 5;
const hidden = 37;

/** Every row goes on. */
const always = (rows: Tensor2D): Tensor1D => ones([rows.shape[0]]);

/** The cell in tfjs's own operations, in the order of `lstmCellOutputs`. */
function reference(projected: Tensor2D, recurrentSums: Tensor2D, cellBefore: Tensor2D, keep: Tensor1D = always(projected)): Tensor[] {
  const [recurrent, cell] = [recurrentSums, cellBefore].map((before) => mul(before, expandDims(keep, 1))) as [Tensor2D, Tensor2D];
  const [sumOfInput, sumOfForget, sumOfCandidate, sumOfOutput] = split(add(projected, recurrent), 4, 1) as [Tensor, Tensor, Tensor, Tensor];
  const [inputGate, forgetGate, candidate, outputGate] = [sigmoid(sumOfInput), sigmoid(sumOfForget), tanh(sumOfCandidate), sigmoid(sumOfOutput)];
  const next = add(mul(forgetGate, cell), mul(inputGate, candidate));
  const activatedCell = tanh(next);
  return [mul(outputGate, activatedCell), next, inputGate, forgetGate, candidate, outputGate, activatedCell];
}

function expectClose(actual: Tensor, expected: Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const wanted = expected.dataSync();
  const largest = Math.max(...actual.dataSync().map((value, index) => Math.abs(value - wanted[index]!)));
  expect(largest).toBeLessThan(tolerance);
}

const gates = (seed: number, deviation = 2): Tensor2D => randomNormal([batch, 4 * hidden], 0, deviation, 'float32', seed) as Tensor2D;
const states = (seed: number): Tensor2D => randomNormal([batch, hidden], 0, 1, 'float32', seed) as Tensor2D;
const run = (projected: Tensor2D, recurrent: Tensor2D, cell: Tensor2D, keep = always(projected)): Tensor[] => engine().runKernel(kernelNames.lstmCell, { projected, recurrent, cell, keep });

describe('LstmCell', () => {
  beforeAll(async () => void (await loadEngine()));

  it("gives what tfjs's operations give", () => {
    const inputs = [gates(1), gates(2), states(3)] as const;
    const expected = reference(...inputs);
    run(...inputs).forEach((actual, index) => expectClose(actual, expected[index]!, 1e-6));
    const keep = tensor1d([0, 1, 0, 0, 1]);
    const begun = reference(...inputs, keep);
    run(...inputs, keep).forEach((actual, index) => expectClose(actual, begun[index]!, 1e-6));
  });

  it('saturates where the gates are far out, without overflow', () => {
    const far = tensor2d([[1e4, -1e4, 1e4, -1e4]]);
    const [, next, inputGate, forgetGate, candidate, outputGate] = run(far, tensor2d([[0, 0, 0, 0]]), tensor2d([[3]]));
    expect([inputGate, forgetGate, candidate, outputGate, next].map((tensor) => tensor!.dataSync()[0]!)).toEqual([1, expect.closeTo(0, 30), 1, expect.closeTo(0, 30), 1]);
  });

  it('has the gradient that tfjs derives', () => {
    const [projected, recurrent, cell, outputGradient, recurrentGradient, cellGradient] = [gates(1), gates(2), states(3), states(4), states(5), states(6)] as const;
    const [keep, keepNext] = [tensor1d([1, 0, 1, 1, 0]), tensor1d([0, 1, 1, 0, 1])];
    const loss = (gateSums: Tensor, before: Tensor): Scalar => tidy(() => {
      const [output, next] = reference(gateSums as Tensor2D, recurrent, before as Tensor2D, keep);
      return add(sum(mul(output!, add(outputGradient, mul(recurrentGradient, expandDims(keepNext, 1))))), sum(mul(next!, cellGradient)));
    });
    const expected = grads(loss)([projected, cell]);
    const saved = Object.fromEntries(run(projected, recurrent, cell, keep).map((tensor, index) => [lstmCellOutputs[index]!, tensor]));
    const actual = engine().runKernel<Tensor[]>(kernelNames.lstmCellGradient, {
      outputGradient, recurrentGradient, cellGradient, previousCell: cell,
      inputGate: saved.inputGate!, forgetGate: saved.forgetGate!, candidate: saved.candidate!, outputGate: saved.outputGate!, activatedCell: saved.activatedCell!, keep, keepNext,
    });
    actual.forEach((gradient, index) => expectClose(gradient, expected[index]!, 5e-6));
  });

  it('refuses gates that do not fit the cell', () => {
    expect(() => run(states(1), gates(2), states(3))).toThrow(/gates are not \[batch, 4 hidden\]/);
  });

  it('gives the same bits at every call and keeps nothing', () => {
    const inputs = [gates(1), gates(2), states(3)] as const;
    const keep = always(inputs[0]);
    const before = memory().numTensors;
    const [first, second] = [run(...inputs, keep), run(...inputs, keep)];
    first.forEach((tensor, index) => expect(tensor.dataSync()).toEqual(second[index]!.dataSync()));
    dispose([first, second]);
    expect(memory().numTensors).toBe(before);
  });
});
