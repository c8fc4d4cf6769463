import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { isGramkitError, kernelNames, type CompileMode, type DeviceTensors } from '@gramkit/spec';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadEngine } from '../engine/load-engine.js';
import { TensorFlowEngine } from '../engine/tensorflow-engine.js';

let engine: TensorFlowEngine;

function compile(compute: (inputs: DeviceTensors) => DeviceTensors, options: { mode?: CompileMode; maximumShapes?: number; rowOutputs?: readonly string[] } = {}) {
  const compiled = engine.compile!(() => [{ compute }], { name: 'test', ...options });
  onTestFinished(() => compiled.dispose());
  return { compiled, call: (inputs: DeviceTensors) => compiled.start().next(inputs) };
}

function errorOf(work: () => unknown): { code?: string; message: string } {
  try {
    work();
  } catch (error) {
    return isGramkitError(error) ? { code: error.code, message: error.message } : { message: String(error) };
  }
  throw new Error('nothing was thrown');
}

/** Outside the assertion: reading values is the point. */
const values = (tensor: Tensor | undefined) => Array.from(tensor!.dataSync());

describe('compile', () => {
  beforeAll(async () => {
    engine = await loadEngine();
  });

  it.each(['graph', 'xla', 'clusters'] as const)('computes what the plain operations compute (%s)', (mode) => {
    const compute = ({ x, y }: DeviceTensors) => ({
      product: tf.softmax(tf.matMul(x as Tensor2D, y as Tensor2D)),
      joined: tf.concat([tf.tanh(x!), tf.relu(x!), tf.split(x!, 2, 0)[0]!], 0),
      sum: tf.addN([x!, tf.mul(x!, 3), tf.ones(x!.shape)]),
    });
    const { call } = compile(compute, { mode });
    for (const scale of [1, -2]) {
      const inputs = { x: tf.tensor2d([1, 2, 3, 4, 5, 6].map((value) => value * scale), [2, 3]), y: tf.tensor2d([1, 0, 2, 1, 0, 1], [3, 2]) };
      const [found, expected] = [call(inputs), compute(inputs)];
      for (const name of ['product', 'joined', 'sum'] as const) {
        values(found[name]).forEach((value, index) => expect(value).toBeCloseTo(values(expected[name])[index]!, 5));
        expect(found[name]!.shape).toEqual(expected[name].shape);
      }
    }
  });

  it('records gradients', () => {
    const compute = ({ x }: DeviceTensors) => ({ slope: tf.grad((value) => tf.sum(tf.square(tf.sin(value))))(x!) });
    const { call } = compile(compute);
    const x = tf.tensor1d([0.1, 0.7, -2]);
    values(call({ x }).slope).forEach((value, index) => expect(value).toBeCloseTo(values(compute({ x }).slope)[index]!, 6));
  });

  it('reads variables at every call and assigns them in place of their values', () => {
    const counter = tf.variable(tf.tensor1d([1, 2]));
    const { call } = compile(({ by }) => {
      counter.assign(tf.add(counter, by!));
      counter.assign(tf.mul(counter, 2));
      return { after: tf.add(counter, 0), doubled: counter.clone() };
    });
    expect(values(call({ by: tf.scalar(1) }).after)).toEqual([4, 6]);
    expect(values(counter)).toEqual([4, 6]);
    counter.assign(tf.tensor1d([0, 0]));
    expect(values(call({ by: tf.scalar(5) }).doubled)).toEqual([10, 10]);
    expect(values(counter)).toEqual([10, 10]);
  });

  it('keeps tensors of before that it uses, even when they are disposed outside', () => {
    const weights = tf.tensor1d([1, 2, 3]);
    const { compiled, call } = compile(({ x }) => ({ y: tf.mul(x!, weights) }));
    const x = tf.tensor1d([1, 1, 2]);
    tf.dispose(call({ x }));
    weights.dispose();
    expect(values(call({ x }).y)).toEqual([1, 2, 6]);
    const before = tf.memory().numDataBuffers;
    compiled.dispose();
    expect(tf.memory().numDataBuffers).toBeLessThanOrEqual(before);
  });

  it('gives the masks of the seed that is an input', () => {
    const draw = (maskRows: Tensor, seed: Tensor) =>
      tf.engine().runKernel<Tensor>(kernelNames.rowHashMask, { maskRows, seed } as never, { site: 1, shape: [4], strides: [1], rate: 0.5 } as never);
    const { call } = compile(({ rows, seed }) => ({ mask: draw(rows!, seed!) }));
    const rows = tf.tensor1d([3, 1, 4], 'int32');
    const masks = [7, 8, 7].map((seed) => values(call({ rows, seed: tf.scalar(seed, 'int32') }).mask));
    expect(masks[0]).toEqual(values(draw(rows, tf.scalar(7, 'int32'))));
    expect(masks[0]).not.toEqual(masks[1]);
    expect(masks[2]).toEqual(masks[0]);
  });

  it('runs stages one after another, the later on what the earlier computed', () => {
    const compiled = engine.compile!(() => {
      let hidden: Tensor;
      return [
        { compute: ({ x }) => ({ y: tf.square((hidden = tf.keep(tf.exp(x!)))) }) },
        { inputs: ({ y }) => ({ scale: y! }), compute: ({ scale }) => ({ z: freeing(hidden, tf.mul(scale!, hidden)) }) },
      ];
    }, { name: 'staged' });
    onTestFinished(() => compiled.dispose());
    const run = compiled.start();
    expect(values(run.next({ x: tf.tensor1d([0, 1]) }).y).map((value) => value.toFixed(4))).toEqual(['1.0000', '7.3891']);
    expect(run.heldBytes).toBe(8);
    expect(values(run.next({ scale: tf.tensor1d([2, 1]) }).z).map((value) => value.toFixed(4))).toEqual(['2.0000', '2.7183']);
    expect(() => run.next({ scale: tf.tensor1d([2, 1]) })).toThrow(/ended/);
  });

  it('runs a function that holds an operation of ours as a graph where XLA is wanted', () => {
    const draw = (maskRows: Tensor, seed: Tensor) =>
      tf.engine().runKernel<Tensor>(kernelNames.rowHashMask, { maskRows, seed } as never, { site: 1, shape: [4], strides: [1], rate: 0.5 } as never);
    const { call } = compile(({ rows, seed }) => ({ mask: tf.mul(draw(rows!, seed!), 2) }), { mode: 'xla' });
    const [rows, seed] = [tf.tensor1d([3, 1, 4], 'int32'), tf.scalar(7, 'int32')];
    expect(values(call({ rows, seed }).mask)).toEqual(values(tf.mul(draw(rows, seed), 2)));
  });

  it('is not there where compiling is off, and bfloat16 is refused without it', () => {
    expect(new TensorFlowEngine('float32', 'off').compile).toBeUndefined();
    expect(errorOf(() => new TensorFlowEngine('bfloat16', 'off'))).toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
  });

  it('puts out a sum of rows in its parts where that is asked for', () => {
    const compute = ({ v }: DeviceTensors) => ({ table: tf.unsortedSegmentSum(v as Tensor2D, tf.tensor1d([2, 0, 2], 'int32'), 4), other: tf.add(v!, 1) });
    const { call } = compile(compute, { rowOutputs: ['table', 'other'] });
    const found = call({ v: tf.tensor2d([[1, 2], [3, 4], [5, 6]]) });
    expect(Object.keys(found)).toEqual(['table#rows', 'table#values', 'other']);
    expect(values(found['table#rows'])).toEqual([2, 0, 2]);
    expect(values(found['table#values'])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('compiles once for each set of shapes, and keeps no more than it may', () => {
    const { compiled, call } = compile(({ x }) => ({ y: tf.mul(x!, 2) }), { maximumShapes: 2 });
    for (const length of [1, 2, 1, 3, 1, 2]) expect(values(call({ x: tf.ones([length]) }).y)).toEqual(Array<number>(length).fill(2));
    // 2 went when 3 came, since 1 had been used after it.
    expect(compiled.report()).toMatchObject({ name: 'test', shapes: 2, compilations: 4, calls: 6 });
    expect(compiled.report().seconds).toBeGreaterThan(0);
  });

  describe('refuses, and leaves everything as it was,', () => {
    const kept: Tensor[] = [];
    /** Of the sum of x and the variable, and of the values read. */
    const handlesOfChecks = 1;
    const cases: [string, (inputs: DeviceTensors) => DeviceTensors, RegExp][] = [
      ['a function that reads values', ({ x }) => ({ y: tf.scalar(x!.dataSync()[0]!) }), /reads the values of a tensor/],
      ['one that draws random numbers in JavaScript', ({ x }) => ({ y: tf.mul(x!, tf.randomUniform([2])) }), /draws random numbers/],
      ['one that runs a stateful operation', ({ x }) => ({ y: tf.multinomial(x as Tensor1D, 3, 1) }), /stateful operation Multinomial/],
      ['one that keeps a tensor', ({ x }) => (kept.push(tf.keep(tf.add(x!, 1))), { y: tf.add(x!, 2) }), /keeps 1 tensor/],
      ['one that makes a variable', ({ x }) => (tf.variable(tf.add(x!, 1)), { y: tf.add(x!, 2) }), /keeps 1 tensor/],
      ['one whose result has a shape that depends on values', ({ x }) => ({ y: tf.unique(x as Tensor1D).values }), /shape that depends on values/],
    ];
    it.each(cases)('%s', (_, compute, message) => {
      const variable = tf.variable(tf.tensor1d([1, 2]));
      const { compiled, call } = compile((inputs) => (variable.assign(tf.add(variable, 1)), compute(inputs)));
      const x = tf.tensor1d([1, 2]);
      tf.dispose(tf.add(x, variable));
      const before = engine.memory().handles;
      expect(errorOf(() => call({ x })).message).toMatch(message);
      expect(values(variable)).toEqual([1, 2]);
      expect(values(tf.add(x, variable))).toEqual([2, 4]);
      expect(compiled.report().shapes).toBe(0);
      expect(engine.memory().handles).toBe(before + handlesOfChecks);
    });
  });

  it('keeps handles and resident memory flat over 2,000 calls', () => {
    const weight = tf.variable(tf.zeros([64, 64]));
    const compiled = engine.compile!(() => {
      let product: Tensor2D;
      return [
        { compute: ({ x }) => ({ y: tf.relu((product = tf.keep(tf.matMul(x as Tensor2D, weight as Tensor2D)))) }) },
        {
          inputs: ({ y }) => ({ g: y! }),
          compute: ({ g }) => {
            weight.assign(tf.sub(weight, tf.matMul(tf.mul(g!, tf.step(product)) as Tensor2D, product, true)));
            return { norm: freeing(product, tf.sum(product)) };
          },
        },
      ];
    }, { name: 'flat' });
    onTestFinished(() => compiled.dispose());
    const step = () => tf.tidy(() => {
      const run = compiled.start();
      const { y } = run.next({ x: tf.ones([128, 64]) });
      values(run.next({ g: y! }).norm);
    });
    for (let index = 0; index < 200; index++) step();
    globalThis.gc?.();
    const [handles, tensors, resident] = [engine.memory().handles, tf.memory().numTensors, process.memoryUsage().rss];
    for (let index = 0; index < 2000; index++) step();
    globalThis.gc?.();
    expect(engine.memory().handles).toBe(handles);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(process.memoryUsage().rss - resident).toBeLessThan(40e6); // one tensor of 32 kB left behind at each call would be 64 MB
  });
});

/** Frees what an earlier stage kept for the later one, as the backward pass of a recorded pass does. */
function freeing<Result>(kept: Tensor, result: Result): Result {
  kept.dispose();
  return result;
}
