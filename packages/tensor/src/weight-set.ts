import * as tf from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Weight } from '@gramkit/spec';
import { fanInUniform } from './initializers.js';
import type { LstmLayerWeights } from './lstm.js';
import { componentSeed, randomSource, type RandomSource } from './random.js';

/** `x W^T + b`, as `linear` takes it. */
export interface LinearWeights {
  /** `[outputs, inputs]`, as PyTorch stores it. */
  readonly weight: Variable<Rank.R2>;
  /** `[outputs]` */
  readonly bias: Variable<Rank.R1>;
}

/** What `layerNorm` scales by and shifts by, `[dimension]` each. */
export interface LayerNormWeights {
  readonly weight: Variable<Rank.R1>;
  readonly bias: Variable<Rank.R1>;
}

/** The weights of a component as they are made; each initial value depends on the component's seed and the weight's own name only. */
export class WeightSet {
  readonly #all: Weight[] = [];

  constructor(private readonly seed: number) {}

  /** In the order they were added. */
  get all(): readonly Weight[] {
    return this.#all;
  }

  /** One weight, from a random source of its own; a frozen one where it is not `trainable`. */
  add<R extends Rank>(name: string, initial: (source: RandomSource) => Tensor, trainable = true): Variable<R> {
    const variable = tf.tidy(() => tf.variable(initial(randomSource(componentSeed(this.seed, name))), trainable)) as Variable<R>;
    this.#all.push({ name, variable, trainable });
    return variable;
  }

  /** A matrix `[outputs, inputs]`, uniform in ±1/sqrt(inputs) as PyTorch starts it. */
  matrix(name: string, outputs: number, inputs: number): Variable<Rank.R2> {
    return this.add(name, (source) => fanInUniform([outputs, inputs], inputs, source));
  }

  /** `NAME.weight` and `NAME.bias` of a linear layer, both uniform in ±1/sqrt(inputs) as PyTorch starts them. */
  linear(name: string, outputs: number, inputs: number): LinearWeights {
    return {
      weight: this.matrix(`${name}.weight`, outputs, inputs),
      bias: this.add(`${name}.bias`, (source) => fanInUniform([outputs], inputs, source)),
    };
  }

  /** A layer of an LSTM: `NAME.inputWeights` and so on, all uniform in ±1/sqrt(hidden) as PyTorch starts them. */
  lstmLayer(name: string, inputs: number, hidden: number): LstmLayerWeights {
    const uniform = <R extends Rank>(part: keyof LstmLayerWeights, ...shape: number[]) => this.add<R>(`${name}.${part}`, (source) => fanInUniform(shape, hidden, source));
    return {
      inputWeights: uniform<Rank.R2>('inputWeights', inputs, 4 * hidden),
      recurrentWeights: uniform<Rank.R2>('recurrentWeights', hidden, 4 * hidden),
      inputBias: uniform<Rank.R1>('inputBias', 4 * hidden),
      recurrentBias: uniform<Rank.R1>('recurrentBias', 4 * hidden),
    };
  }

  /** `NAME.weight` of ones and `NAME.bias` of zeros. */
  layerNorm(name: string, dimension: number): LayerNormWeights {
    return { weight: this.add(`${name}.weight`, () => tf.ones([dimension])), bias: this.add(`${name}.bias`, () => tf.zeros([dimension])) };
  }
}
