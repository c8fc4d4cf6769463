import { loadEngine } from '@gramkit/engine-tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Window } from './window.js';

beforeAll(() => loadEngine());

const move = (window: Window, rows: number[], change: number[][], rate: number) =>
  tf.tidy(() => window.move({ places: window.places(rows), change: tf.tensor2d(change), rowRate: tf.scalar(rate) }));

describe('window', () => {
  it('keeps moves beside the encodings: a move far below their last digit is not lost', () => {
    const window = new Window(0, 2);
    window.fill([5, 9], tf.tensor2d([[1000, 2000], [3000, 4000]]));
    move(window, [9], [[1e-6, -2e-6]], 1);
    move(window, [9], [[1e-6, -2e-6]], 1);
    const displacement = window.displacement().arraySync();
    expect(displacement[0]).toEqual([0, 0]);
    expect(displacement[1]![0]).toBeCloseTo(2e-6, 12);
    expect(displacement[1]![1]).toBeCloseTo(-4e-6, 12);
    window.dispose();
  });

  it('finds rows by catalogue row and grows at first touch without losing moves', () => {
    const window = new Window(0, 2);
    window.fill([5], tf.tensor2d([[1, 2]]));
    move(window, [5], [[10, 20]], 3);
    window.fill([2, 8], tf.tensor2d([[3, 4], [5, 6]]));
    move(window, [8, 5], [[100, 200], [1, 1]], 5);
    expect(window.rows).toEqual([5, 2, 8]);
    expect(window.at(window.places([8, 2, 5])).arraySync()).toEqual([[105, 206], [3, 4], [12, 23]]);
    expect([window.has(8), window.has(3)]).toEqual([true, false]);
    expect(window.steps).toBe(2);
    expect(window.sums.rowRates.arraySync()).toBe(8);
    expect(window.sums.moveNorms.arraySync()).toBeCloseTo(Math.hypot(10, 20) + Math.hypot(100, 200, 1, 1), 3);
    window.dispose();
  });

  it('frees all it holds', () => {
    const encodings = tf.tensor2d([[1, 2]]);
    const before = tf.memory().numTensors;
    const window = new Window(0, 2);
    window.fill([5], encodings);
    move(window, [5], [[1, 1]], 1);
    window.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
