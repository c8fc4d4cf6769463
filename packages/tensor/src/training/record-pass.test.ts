import { loadEngine } from '@gramkit/engine-tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordPass } from './record-pass.js';

beforeAll(() => loadEngine());

const a = () => tf.tensor2d([0.5, -1, 2, 0.25, 1, -0.75], [2, 3]);
const b = () => tf.tensor2d([1, 2, -0.5, 0.3, 0.7, -1.2], [3, 2]);

/** Shares an intermediate between two branches and an input between two operations; reads `left` through a multi-output operation. */
function network(left: Tensor2D, right: Tensor2D): Tensor {
  const hidden = tf.tanh(tf.matMul(left, right));
  const [head, tail] = tf.split(left, [1, 2], 1);
  return tf.sum(tf.add(tf.mul(hidden, hidden), tf.add(tf.matMul(tf.relu(left), right), tf.mul(tf.sum(head!), tf.mean(tail!)))));
}

describe('recordPass', () => {
  it('gives the gradients that tfjs gives', () => {
    const [left, right] = [a(), b()];
    const expected = tf.grads((x, y) => network(x as Tensor2D, y as Tensor2D))([left, right]);
    const pass = recordPass(() => network(left, right));
    const found = pass.pullBack(pass.value, tf.scalar(1), [left, right]);
    expected.forEach((gradient, index) => expect(Array.from(found[index]!.dataSync())).toEqual(Array.from(gradient.dataSync())));
  });

  it('pulls any cotangent back from any output, and knows what an output does not depend on', () => {
    const [left, right, alone] = [a(), b(), tf.scalar(3)];
    const pass = recordPass(() => ({ product: tf.matMul(left, right), other: tf.square(alone) }));
    const cotangent = tf.tensor2d([1, 0, -2, 0.5], [2, 2]);
    const [ofLeft, ofAlone] = pass.pullBack(pass.value.product, cotangent, [left, alone]);
    expect(Array.from(ofLeft!.dataSync())).toEqual(Array.from(tf.matMul(cotangent, right, false, true).dataSync()));
    expect(ofAlone).toBeUndefined();
    expect(cotangent.isDisposed).toBe(false);
  });

  it('survives gradients that hand the same tensor on twice', () => {
    const twice = tf.customGrad((...given) => {
      const [x, y] = given as Tensor[];
      return { value: tf.add(x!, y!), gradFunc: (dy: Tensor) => [dy, dy] };
    });
    const x = a();
    const pass = recordPass(() => tf.sum(twice(tf.square(x), twice(x, x))));
    const [gradient] = pass.pullBack(pass.value, tf.scalar(1), [x]);
    expect(Array.from(gradient!.dataSync())).toEqual(Array.from(x.dataSync(), (value) => 2 * value + 2));
  });

  it('keeps what it needs from a scope that has ended, and frees all of it', () => {
    const before = tf.memory().numTensors;
    const [left, right] = [a(), b()];
    const pass = recordPass(() => network(left, right));
    const bytesKept = tf.memory().numBytes;
    const gradients = pass.pullBack(pass.value, tf.scalar(1), [left]);
    expect(tf.memory().numBytes).toBeLessThan(bytesKept);
    tf.dispose([left, right, pass.value, gradients as Tensor[]]);
    expect(tf.memory().numTensors).toBe(before + 1); // the cotangent
    expect(() => pass.pullBack(pass.value, tf.scalar(1), [left])).toThrow(/gone/);
  });

  it('frees the graph of a pass that fails', () => {
    const x = a();
    const before = tf.memory().numTensors;
    expect(() =>
      recordPass(() => {
        tf.tanh(tf.square(x));
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has freed activations and intermediate gradients by the last step back, where tfjs still holds both', () => {
    const depth = 30;
    const x = tf.ones<tf.Rank.R2>([64, 1024]);
    let bytesAtTheEnd = 0;
    const watched = tf.customGrad((...given) => ({
      value: (given[0] as Tensor).clone(),
      gradFunc: (dy: Tensor) => {
        bytesAtTheEnd = tf.memory().numBytes;
        return dy.clone();
      },
    }));
    const chain = (input: Tensor): Tensor => {
      let value: Tensor = watched(input);
      for (let layer = 0; layer < depth; layer++) value = tf.tanh(value);
      return tf.sum(value);
    };
    tf.grad(chain)(x);
    const withTfjs = bytesAtTheEnd;
    const pass = recordPass(() => chain(x));
    pass.pullBack(pass.value, tf.scalar(1), [x]);
    expect(withTfjs - bytesAtTheEnd).toBeGreaterThan(2 * (depth - 2) * 4 * x.size);
  });

  it('keeps a pass recorded inside another apart from it', () => {
    const x = tf.scalar(3);
    const outer = recordPass(() => {
      const inner = recordPass(() => tf.square(x));
      const [slope] = inner.pullBack(inner.value, tf.scalar(1), [x]);
      return tf.mul(x, slope!);
    });
    const [gradient] = outer.pullBack(outer.value, tf.scalar(1), [x]);
    expect(gradient!.dataSync()[0]).toBe(6);
  });

  it('names an operation without a gradient', () => {
    const x = tf.tensor1d([3, 1, 2]);
    const pass = recordPass(() => tf.sum(tf.topk(x, 2).values));
    const pull = () => pass.pullBack(pass.value, tf.scalar(1), [x]);
    expect(pull).toThrow(expect.objectContaining({ code: 'ENGINE_UNSUPPORTED', message: expect.stringContaining('TopK has no gradient') }));
  });
});
