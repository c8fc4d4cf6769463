import * as tf from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Weight } from '@gramkit/spec';
import { componentSeed, fanInUniform, normal, randomSource } from '@gramkit/tensor';
import type { LstmLayerWeights, RandomSource } from '@gramkit/tensor';

/**
 * The weights of DKT with item encodings of length d and an LSTM of size H. Matrices are `[inputs, outputs]`; gates in the order i, f, g, o.
 *
 * | name | shape | PyTorch |
 * |---|---|---|
 * | `responses` | `[2, d]` | Embedding(2, d) |
 * | `lstm.L.inputWeights` | `[d or H, 4H]` | LSTM weight_ih_lL, transposed |
 * | `lstm.L.recurrentWeights` | `[H, 4H]` | LSTM weight_hh_lL, transposed |
 * | `lstm.L.inputBias`, `lstm.L.recurrentBias` | `[4H]` | LSTM bias_ih_lL, bias_hh_lL |
 * | `fc1.hiddenWeights`, `fc1.itemWeights` | `[H, d]`, `[d, d]` | first H and last d columns of Linear(H + d, d), transposed |
 * | `fc1.bias` | `[d]` | its bias |
 * | `fc2.weights`, `fc2.bias` | `[d, 1]`, `[1]` | Linear(d, 1), transposed |
 */
export interface DktWeights {
  readonly all: readonly Weight[];
  readonly responses: Variable<Rank.R2>;
  readonly lstm: readonly LstmLayerWeights[];
  readonly fc1: { readonly hiddenWeights: Variable<Rank.R2>; readonly itemWeights: Variable<Rank.R2>; readonly bias: Variable<Rank.R1> };
  readonly fc2: { readonly weights: Variable<Rank.R2>; readonly bias: Variable<Rank.R1> };
}

/** Initial weights, distributed as PyTorch's; each depends on the seed and its own name only. */
export function createWeights(dimension: number, hidden: number, layers: number, seed: number): DktWeights {
  const all: Weight[] = [];
  const add = <R extends Rank>(name: string, initial: (source: RandomSource) => Tensor): Variable<R> => {
    const variable = tf.tidy(() => tf.variable(initial(randomSource(componentSeed(seed, name))))) as Variable<R>;
    all.push({ name, variable, trainable: true });
    return variable;
  };
  const uniform = <R extends Rank>(name: string, shape: readonly number[], fanIn: number): Variable<R> =>
    add<R>(name, (source) => fanInUniform(shape, fanIn, source));
  const layer = (index: number): LstmLayerWeights => ({
    inputWeights: uniform<Rank.R2>(`lstm.${index}.inputWeights`, [index === 0 ? dimension : hidden, 4 * hidden], hidden),
    recurrentWeights: uniform<Rank.R2>(`lstm.${index}.recurrentWeights`, [hidden, 4 * hidden], hidden),
    inputBias: uniform<Rank.R1>(`lstm.${index}.inputBias`, [4 * hidden], hidden),
    recurrentBias: uniform<Rank.R1>(`lstm.${index}.recurrentBias`, [4 * hidden], hidden),
  });
  return {
    all,
    responses: add('responses', (source) => normal([2, dimension], 1, source)),
    lstm: Array.from({ length: layers }, (_, index) => layer(index)),
    fc1: {
      hiddenWeights: uniform('fc1.hiddenWeights', [hidden, dimension], hidden + dimension),
      itemWeights: uniform('fc1.itemWeights', [dimension, dimension], hidden + dimension),
      bias: uniform('fc1.bias', [dimension], hidden + dimension),
    },
    fc2: { weights: uniform('fc2.weights', [dimension, 1], dimension), bias: uniform('fc2.bias', [1], dimension) },
  };
}
