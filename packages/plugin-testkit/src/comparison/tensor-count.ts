import * as tf from '@tensorflow/tfjs-core';

/** Tensors that `work` leaves behind; it runs once before, since a first time may keep things for good. */
export async function tensorsLeftBy(work: () => Promise<void> | void, times = 5): Promise<number> {
  await work();
  const before = tf.memory().numTensors;
  for (let time = 0; time < times; time++) await work();
  return tf.memory().numTensors - before;
}
