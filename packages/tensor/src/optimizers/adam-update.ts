import * as tf from '@tensorflow/tfjs-core';
import { kernelNames } from '@gramkit/spec';
import type { AdamUpdateAttributes, AdamUpdateInputs } from '@gramkit/spec';
import { offersKernels } from '../offered-kernels.js';

export type AdamUpdate = (inputs: AdamUpdateInputs, attributes: AdamUpdateAttributes) => void;

/** One step of Adam on one weight: by the engine's kernel where it has one. */
export const adamUpdate: AdamUpdate = (inputs, attributes) => {
  if (!offersKernels(kernelNames.adamUpdate)) return plainAdamUpdate(inputs, attributes);
  tf.engine().runKernel(kernelNames.adamUpdate, inputs as unknown as tf.NamedTensorMap, attributes as unknown as tf.NamedAttrMap);
};

/** The kernel `AdamUpdate` for whole gradients out of tfjs's operations: for engines without it, and to test it against. */
export const plainAdamUpdate: AdamUpdate = ({ weight, firstMoment, secondMoment, gradient, rate, epsilon }, { beta1, beta2 }) =>
  tf.tidy(() => {
    const first = tf.add(firstMoment, tf.mul(1 - Math.fround(beta1), tf.sub(gradient, firstMoment)));
    const second = tf.add(secondMoment, tf.mul(1 - Math.fround(beta2), tf.sub(tf.square(gradient), secondMoment)));
    weight.assign(tf.sub(weight, tf.div(tf.mul(rate, first), tf.add(tf.sqrt(second), epsilon))));
    firstMoment.assign(first);
    secondMoment.assign(second);
  });
