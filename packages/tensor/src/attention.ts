import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';

/** How the rows `[items × length, dimension]` of an attention are laid out. */
export interface AttentionLayout {
  readonly items: number;
  readonly length: number;
  /** `dimension` is shared out among the heads evenly. */
  readonly heads: number;
}

/** What an attention may not look at, and what dropout leaves of it. */
export interface AttentionMasks {
  /** Added to the scores before the softmax: 0 where a key may be seen, a large negative number where not; broadcast to `[items, heads, length, length]`. */
  readonly additive: Tensor;
  /** Multiplies the probabilities `[items, heads, length, length]`. */
  readonly dropout?: Tensor;
}

/**
 * Multi-head self-attention (Vaswani et al., 2017, equation 1) between the projections: queries, keys and values `[items × length, dimension]`
 * to contexts of the same shape. The gradient is written by hand and keeps the three inputs and the probabilities.
 * The masks are constants: no gradient flows into them.
 */
export function multiHeadAttention(queries: Tensor2D, keys: Tensor2D, values: Tensor2D, layout: AttentionLayout, masks: AttentionMasks): Tensor2D {
  const scale = 1 / Math.sqrt(queries.shape[1] / layout.heads);
  const compute = tf.customGrad((...given) => {
    const [query, key, value] = given.slice(0, 3).map((rows) => splitHeads(rows as Tensor2D, layout)) as [Tensor4D, Tensor4D, Tensor4D];
    const save = given[3] as unknown as tf.GradSaveFunc;
    const scaledQuery = tf.mul<Tensor4D>(query, scale);
    const probabilities = tf.softmax(tf.add<Tensor4D>(tf.matMul(scaledQuery, key, false, true), masks.additive));
    save([scaledQuery, key, value, probabilities, ...(masks.dropout === undefined ? [] : [masks.dropout])]);
    return {
      value: joinHeads(tf.matMul(drop(probabilities, masks.dropout), value), layout),
      gradFunc: (gradient, saved) => {
        const { ofQuery, ofKey, ofValue } = attentionGradient(splitHeads(gradient as Tensor2D, layout), saved as Tensor4D[]);
        return [tf.mul(ofQuery, scale), ofKey, ofValue].map((head) => joinHeads(head as Tensor4D, layout));
      },
    };
  });
  return compute(queries, keys, values) as Tensor2D;
}

function attentionGradient(context: Tensor4D, [query, key, value, probabilities, mask]: Tensor4D[]) {
  const ofProbabilities = drop(tf.matMul(context, value!, false, true), mask);
  const weighted = tf.mul<Tensor4D>(ofProbabilities, probabilities!);
  const ofScores = tf.sub<Tensor4D>(weighted, tf.mul(probabilities!, tf.sum(weighted, -1, true)));
  return {
    ofQuery: tf.matMul(ofScores, key!),
    ofKey: tf.matMul(ofScores, query!, true, false),
    ofValue: tf.matMul(drop(probabilities!, mask), context, true, false),
  };
}

function drop(probabilities: Tensor4D, mask: Tensor | undefined): Tensor4D {
  return mask === undefined ? probabilities : tf.mul(probabilities, mask);
}

/** `[items × length, dimension]` to `[items, heads, length, dimension / heads]`. */
function splitHeads(rows: Tensor2D, { items, length, heads }: AttentionLayout): Tensor4D {
  return tf.transpose(tf.reshape<tf.Rank.R4>(rows, [items, length, heads, rows.shape[1] / heads]), [0, 2, 1, 3]);
}

/** The inverse of `splitHeads`. */
function joinHeads(perHead: Tensor4D, { items, length }: AttentionLayout): Tensor2D {
  return tf.reshape(tf.transpose(perHead, [0, 2, 1, 3]), [items * length, perHead.shape[1] * perHead.shape[3]]);
}
