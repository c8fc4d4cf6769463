import { loadEngine, type TensorFlowEngine } from '@gramkit/engine-tensorflow';
import type { DeviceTensors, Engine, Stage } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileStages, EagerStages } from './stages.js';

let engine: TensorFlowEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

/** `y = x^2`, then `z = scale y` out of the `y` that the first stage kept; notes what is freed. */
function squaring() {
  const freed: string[] = [];
  const stages = (): readonly Stage[] => {
    let kept: Tensor | undefined;
    return [
      { compute: ({ x }: DeviceTensors) => ({ y: (kept = tf.keep(tf.square(x!))).clone() }), release: () => (freed.push('first'), kept?.dispose()) },
      {
        inputs: ({ y }: DeviceTensors) => ({ scale: y! }),
        compute: ({ scale }: DeviceTensors) => {
          const z = tf.mul(scale!, kept!);
          kept!.dispose(); // As the backward pass frees its graph: nothing may outlive a function that is recorded.
          return { z };
        },
      },
    ];
  };
  return { stages, freed };
}

const plain = (tensor: Tensor | undefined) => tensor!.arraySync();

describe('stages run operation by operation', () => {
  it('hand on what the stage before kept, and keep nothing but the outputs when the last has run', () => {
    const { stages, freed } = squaring();
    const eager = new EagerStages(stages, 'squaring');
    const x = tf.tensor1d([1, 2, 3]);
    const scale = tf.tensor1d([2, 2, 1]);
    const before = tf.memory().numTensors;
    const run = eager.start();
    const { y } = run.next({ x });
    expect(run.heldBytes).toBeGreaterThanOrEqual(3 * 4);
    const { z } = run.next({ scale });
    expect([plain(y), plain(z)]).toEqual([[1, 4, 9], [2, 8, 9]]);
    expect(freed).toEqual(['first']);
    expect(run.heldBytes).toBe(0);
    expect(tf.memory().numTensors).toBe(before + 2);
    expect(() => run.next({ scale })).toThrow(/ended/);
    run.dispose();
    expect(freed).toEqual(['first']);
  });

  it('free what was kept where later stages do not run', () => {
    const { stages, freed } = squaring();
    const before = tf.memory().numTensors;
    const run = new EagerStages(stages, 'squaring').start();
    const x = tf.tensor1d([1, 2]);
    tf.dispose([x, run.next({ x })]);
    run.dispose();
    run.dispose();
    expect(freed).toEqual(['first']);
    expect(tf.memory().numTensors).toBe(before);
    expect(() => run.next({})).toThrow(/disposed/);
  });

  it('free everything when a stage fails', () => {
    const { stages, freed } = squaring();
    const eager = new EagerStages(stages, 'squaring');
    const x = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    const run = eager.start();
    tf.dispose(run.next({ x }));
    expect(() => run.next({ scale: tf.tensor1d([1, 2, 3]) })).toThrow(/shape/);
    expect(freed).toEqual(['first']);
    expect(() => run.next({ scale: x })).toThrow(/ended/);
    expect(tf.memory().numTensors).toBe(before + 1);
  });

  it('run apart from one another, and are counted; nothing is compiled', () => {
    const eager = new EagerStages(squaring().stages, 'squaring');
    const [one, two] = [eager.start(), eager.start()];
    one.next({ x: tf.tensor1d([1]) });
    two.next({ x: tf.tensor1d([5]) });
    const scale = tf.tensor1d([1]);
    expect([plain(two.next({ scale }).z), plain(one.next({ scale }).z)]).toEqual([[25], [1]]);
    expect(eager.report()).toEqual({ name: 'squaring', shapes: 0, compilations: 0, seconds: 0, calls: 2 });
  });
});

describe('compileStages', () => {
  it('compiles by the engine, and runs as it comes where there is none or it does not compile', () => {
    const [name, options] = ['squaring', { name: 'squaring' }];
    const compiled = compileStages(engine, squaring().stages, options);
    const without: Engine = { name: 'plain', device: 'cpu', precision: 'float32', describe: () => engine.describe() };
    for (const none of [undefined, without]) expect(compileStages(none, squaring().stages, options)).toBeInstanceOf(EagerStages);
    const run = compiled.start();
    const x = tf.tensor1d([3]);
    run.next({ x });
    expect(plain(run.next({ scale: x }).z)).toEqual([27]);
    expect(compiled.report()).toMatchObject({ name, shapes: 1, compilations: 1, calls: 1 });
    compiled.dispose();
  });
});
