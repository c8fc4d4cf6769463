import { normal, randomSource } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';

/** A variable that a function reads, and the function's gradient there; without one the function is said not to depend on it. */
export interface Differentiated {
  readonly name: string;
  readonly variable: Variable;
  readonly gradient: Tensor | undefined;
}

/** A gradient that is not the slope. */
export interface WrongGradient {
  readonly name: string;
  /** How fast the function rises along a direction, by values of it beside the point. */
  readonly slope: number;
  /** How fast it should rise by its gradient. */
  readonly predicted: number;
}

/**
 * How far the outer of four points stands from the middle, along a direction of a length from 1 to 2, and what float32 leaves there of the slope
 * of a function of about 1. Nearer ones are for slopes that jump between the points, as those of a maximum do.
 */
const attempts = [{ distance: 0.04, rounding: 2e-4 }, { distance: 0.01, rounding: 2.5e-4 }, { distance: 0.0025, rounding: 1e-3 }];

/**
 * Compares gradients with slopes by central differences of fourth order, variable by variable, along the gradient and a random direction
 * together: a wrong size shows in the one, a wrong direction in the other. A gradient is right that is the slope at one of the distances; to one
 * side of the point is enough, where the slope jumps on the other.
 * @param valueOf the function where the variables are; it disposes what it makes
 */
export function wrongGradients(valueOf: () => number, targets: readonly Differentiated[]): readonly WrongGradient[] {
  const source = randomSource(11);
  return targets.flatMap(({ name, variable, gradient }) => {
    const direction = tf.tidy(() => {
      const random = unit(normal(variable.shape, 1, source));
      return gradient === undefined ? random : tf.add(random, unit(gradient));
    });
    const predicted = gradient === undefined ? 0 : tf.tidy(() => tf.sum(tf.mul(gradient, direction)).dataSync()[0]!);
    let slope = 0;
    const agrees = attempts.some(({ distance, rounding }) => {
      const slopes = slopesAlong(valueOf, variable, direction, distance);
      slope = slopes[0]!;
      return slopes.some((each) => Math.abs(each - predicted) <= 0.01 * Math.abs(predicted) + rounding);
    });
    direction.dispose();
    return agrees ? [] : [{ name, slope, predicted }];
  });
}

/** The slope by points on both sides, and by those before and those behind alone. Leaves the variable as it was. */
function slopesAlong(valueOf: () => number, variable: Variable, direction: Tensor, distance: number): readonly number[] {
  const kept = variable.clone();
  const at = (moved: number): number => {
    tf.tidy(() => variable.assign(tf.add(kept, tf.mul(direction, moved))));
    return valueOf();
  };
  const [far, near, middle, nearBehind, farBehind] = [1, 0.5, 0, -0.5, -1].map((part) => at(part * distance)) as [number, number, number, number, number];
  tf.tidy(() => variable.assign(kept.clone()));
  kept.dispose();
  return [(8 * (near - nearBehind) - (far - farBehind)) / (6 * distance), (4 * near - far - 3 * middle) / distance, (3 * middle - 4 * nearBehind + farBehind) / distance];
}

/** Zeros stay zeros. */
function unit(tensor: Tensor): Tensor {
  return tf.div(tensor, tf.maximum(tf.norm(tensor), 1e-12));
}
