import type { Rank, Variable } from '@tensorflow/tfjs-core';
import type { Weight } from '@gramkit/spec';
import { WeightSet, type LinearWeights } from '@gramkit/tensor';

/**
 * The weights of NRMS with item encodings of length d and an additive attention of size a, laid out and named as PyTorch has them.
 *
 * | name | shape | PyTorch |
 * |---|---|---|
 * | `attention.query.weight`, `attention.key.weight`, `attention.value.weight` | `[d, d]` each | thirds of MultiheadAttention(d).in_proj_weight |
 * | `attention.query.bias`, `attention.key.bias`, `attention.value.bias` | `[d]` each | thirds of its in_proj_bias |
 * | `attention.output.weight`, `attention.output.bias` | `[d, d]`, `[d]` | its out_proj |
 * | `pooling.projection.weight`, `pooling.projection.bias` | `[a, d]`, `[a]` | Linear(d, a) |
 * | `pooling.query.weight` | `[1, a]` | Linear(a, 1, bias=False) |
 */
export interface NrmsWeights {
  readonly all: readonly Weight[];
  readonly attention: { readonly query: LinearWeights; readonly key: LinearWeights; readonly value: LinearWeights; readonly output: LinearWeights };
  readonly pooling: { readonly projection: LinearWeights; readonly query: Variable<Rank.R2> };
}

/** Initial weights: each linear layer as PyTorch starts it, from the seed and its own name only. */
export function createWeights(dimension: number, attentionDimension: number, seed: number): NrmsWeights {
  const set = new WeightSet(seed);
  const square = (name: string) => set.linear(`attention.${name}`, dimension, dimension);
  const attention = { query: square('query'), key: square('key'), value: square('value'), output: square('output') };
  const pooling = { projection: set.linear('pooling.projection', attentionDimension, dimension), query: set.matrix('pooling.query.weight', 1, attentionDimension) };
  return { all: set.all, attention, pooling };
}
