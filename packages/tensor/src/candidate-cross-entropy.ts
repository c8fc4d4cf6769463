import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { MeanLoss } from './binary-cross-entropy.js';

/** What is added to the score of a candidate that does not exist: `e^` of it is 0. */
const never = -1e9;

/**
 * Mean cross-entropy of the chosen candidate among the candidates of its row (NRMS, Wu et al., 2019, section 2.4):
 *
 *     p_rc = e^(s_rc) / sum_(valid c') e^(s_rc')
 *     L    = mean over rows with a chosen candidate of the mean over its chosen candidates of -ln p_rc
 *
 * A row in which none was chosen counts nothing. Where several were, each stands against all candidates, the other chosen ones among them.
 * Differentiable in the scores. Without a row that counts, loss and gradient are 0.
 * @param scores float32 `[rows, candidates]`
 * @param labels 1 chosen, 0 not, of the same shape
 * @param valid float32, 1 at candidates and 0 at padding, of the same shape
 */
export function candidateCrossEntropy(scores: Tensor2D, labels: Tensor2D, valid: Tensor2D): MeanLoss {
  const chosen = tf.mul(labels, valid);
  const inRow = tf.sum(chosen, 1, true);
  const targets = tf.div(chosen, tf.maximum(inRow, 1));
  const count = tf.sum<Scalar>(tf.minimum(inRow, 1));
  const divisor = tf.maximum(count, 1);
  const mean = tf.customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor2D, tf.GradSaveFunc];
    const logProbabilities = tf.logSoftmax(tf.add<Tensor2D>(values, tf.mul(tf.sub(1, valid), never)), 1);
    save([logProbabilities, targets, divisor]);
    return { value: tf.div(tf.sum(tf.mul(tf.neg(logProbabilities), targets)), divisor), gradFunc: scoreGradient };
  });
  return { loss: mean(scores) as Scalar, count };
}

/** `p - target` in rows that count. */
function scoreGradient(gradient: Tensor, [logProbabilities, targets, divisor]: Tensor[]): Tensor {
  const counts = tf.sum(targets!, 1, true);
  return tf.mul(tf.sub(tf.mul(tf.exp(logProbabilities!), counts), targets!), tf.div(gradient, divisor!));
}
