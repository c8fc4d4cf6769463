import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

/**
 * The rows of a table that `references` point to: `[rows, dimension]` and int32 `[…]` to `[…, dimension]`.
 * A reference of -1 marks padding; it gives row 0, which the caller must mask.
 *
 * Its gradient sums over all references to a row and is as large as the table, so project or stack small tables rather than gather from large ones.
 */
export function gatherRows(table: Tensor2D, references: Tensor): Tensor {
  const gather = tf.customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor2D, tf.GradSaveFunc];
    const [rows, dimension] = values.shape;
    const indices = tf.reshape(tf.maximum(references, tf.scalar(0, 'int32')), [references.size]);
    save([indices]);
    return {
      value: tf.reshape(tf.gather(values, indices), [...references.shape, dimension]),
      gradFunc: (gradient: Tensor, [positions]: Tensor[]) =>
        tf.unsortedSegmentSum(tf.reshape(gradient, [references.size, dimension]), positions as tf.Tensor1D, rows),
    };
  });
  return gather(table);
}
