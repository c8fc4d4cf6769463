import type { Rank, Variable } from '@tensorflow/tfjs-core';
import type { Weight } from '@gramkit/spec';
import { normal, WeightSet, type LayerNormWeights, type LinearWeights } from '@gramkit/tensor';

/**
 * The weights of SAKT with item encodings of length d, laid out and named as PyTorch has them.
 *
 * | name | shape | PyTorch |
 * |---|---|---|
 * | `responses` | `[2, d]` | Embedding(2, d) |
 * | `positions` | `[maximumLength, d]` | Embedding(maximumLength, d) |
 * | `attention.query.weight`, `attention.key.weight`, `attention.value.weight` | `[d, d]` each | thirds of MultiheadAttention(d).in_proj_weight |
 * | `attention.query.bias`, `attention.key.bias`, `attention.value.bias` | `[d]` each | thirds of its in_proj_bias |
 * | `attention.output.weight`, `attention.output.bias` | `[d, d]`, `[d]` | its out_proj |
 * | `attentionNorm.weight`, `attentionNorm.bias` | `[d]` each | LayerNorm(d) |
 * | `feedForward.inner.weight`, `feedForward.inner.bias` | `[d, d]`, `[d]` | Linear(d, d) before the ReLU |
 * | `feedForward.outer.weight`, `feedForward.outer.bias` | `[d, d]`, `[d]` | Linear(d, d) after it |
 * | `feedForwardNorm.weight`, `feedForwardNorm.bias` | `[d]` each | LayerNorm(d) |
 * | `predictor.weight`, `predictor.bias` | `[1, d]`, `[1]` | Linear(d, 1) |
 */
export interface SaktWeights {
  readonly all: readonly Weight[];
  readonly responses: Variable<Rank.R2>;
  readonly positions: Variable<Rank.R2>;
  readonly attention: { readonly query: LinearWeights; readonly key: LinearWeights; readonly value: LinearWeights; readonly output: LinearWeights };
  readonly attentionNorm: LayerNormWeights;
  readonly feedForward: { readonly inner: LinearWeights; readonly outer: LinearWeights };
  readonly feedForwardNorm: LayerNormWeights;
  readonly predictor: LinearWeights;
}

/** Initial weights: each layer as PyTorch starts it, from the seed and its own name only. */
export function createWeights(dimension: number, maximumLength: number, seed: number): SaktWeights {
  const set = new WeightSet(seed);
  const embedding = (name: string, rows: number): Variable<Rank.R2> => set.add(name, (source) => normal([rows, dimension], 1, source));
  const square = (name: string) => set.linear(name, dimension, dimension);
  const parts = {
    responses: embedding('responses', 2),
    positions: embedding('positions', maximumLength),
    attention: { query: square('attention.query'), key: square('attention.key'), value: square('attention.value'), output: square('attention.output') },
    attentionNorm: set.layerNorm('attentionNorm', dimension),
    feedForward: { inner: square('feedForward.inner'), outer: square('feedForward.outer') },
    feedForwardNorm: set.layerNorm('feedForwardNorm', dimension),
    predictor: set.linear('predictor', 1, dimension),
  };
  return { all: set.all, ...parts };
}
