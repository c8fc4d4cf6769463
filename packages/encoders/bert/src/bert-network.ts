import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { biasGelu, gatherRows, linear, matrixProduct, residualLayerNorm, withoutGradient } from '@gramkit/tensor';
import type { BertConfiguration } from './bert-configuration.js';
import type { TokenRows } from './token-rows.js';

/** A tensor of the network by its Hugging Face name. */
export type WeightOf = (name: string) => Tensor;

/** The network and how it is trained. */
export interface BertNetwork {
  readonly configuration: BertConfiguration;
  readonly weightOf: WeightOf;
  /** Rate of every dropout, of hidden states and of attention probabilities. */
  readonly dropoutRate: number;
  /** Layers from the embeddings upwards whose result is a constant of training; -1 where not even the embeddings are. */
  readonly constantLayers: number;
}

// Each dropout has a number of its own: 0 for the embeddings, then three a layer.
const embeddingSite = 0;
const sitesPerLayer = 3;

/** The hidden states of the last layer, `[tokens, dimension]` (Devlin et al., 2019). */
export function bertHiddenStates(network: BertNetwork, tokens: TokenRows): Tensor2D {
  const { constantLayers, configuration: { layers } } = network;
  const below = () => bertLayers(network, embeddings(network, tokens), tokens, 0, Math.max(constantLayers, 0));
  const start = constantLayers < 0 ? below() : withoutGradient(below);
  return bertLayers(network, start, tokens, Math.max(constantLayers, 0), layers);
}

/** Words + positions + the first token type, normalised: `[tokens, dimension]`. */
function embeddings({ configuration, weightOf, dropoutRate }: BertNetwork, tokens: TokenRows): Tensor2D {
  const { dimension, layerNormEpsilon } = configuration;
  const words = gatherRows(weightOf('embeddings.word_embeddings.weight') as Tensor2D, tokens.ids) as Tensor2D;
  const positions = tokens.positionsOf(weightOf('embeddings.position_embeddings.weight') as Tensor2D);
  const type = tf.slice(weightOf('embeddings.token_type_embeddings.weight'), [0, 0], [1, dimension]);
  const { scale, offset } = normWeights(weightOf, 'embeddings.LayerNorm');
  return tokens.drop(residualLayerNorm(words, tf.add(positions, type), scale, offset, layerNormEpsilon), { rate: dropoutRate, site: embeddingSite });
}

function bertLayers(network: BertNetwork, input: Tensor2D, tokens: TokenRows, from: number, to: number): Tensor2D {
  let rows = input;
  for (let layer = from; layer < to; layer++) rows = bertLayer(network, rows, tokens, layer);
  return rows;
}

/** One layer: attention and the two-layer network, each with its residual: `[tokens, dimension]` to the same. */
function bertLayer({ configuration, weightOf, dropoutRate: rate }: BertNetwork, input: Tensor2D, tokens: TokenRows, layer: number): Tensor2D {
  const { heads, layerNormEpsilon, activation } = configuration;
  const place = `encoder.layer.${layer}`;
  const site = 1 + sitesPerLayer * layer;
  const norm = (rows: Tensor2D, residual: Tensor2D, name: string) => {
    const { scale, offset } = normWeights(weightOf, `${place}.${name}`);
    return residualLayerNorm(rows, residual, scale, offset, layerNormEpsilon);
  };

  const [queries, keys, values] = ['query', 'key', 'value'].map((projection) => dense(weightOf, `${place}.attention.self.${projection}`, input)) as [Tensor2D, Tensor2D, Tensor2D];
  const context = tokens.attend(queries, keys, values, heads, { rate, site });
  const attended = tokens.drop(dense(weightOf, `${place}.attention.output.dense`, context), { rate, site: site + 1 });
  const middle = norm(attended, input, 'attention.output.LayerNorm');

  const wide = activated(weightOf, `${place}.intermediate.dense`, middle, activation); // [tokens, intermediateDimension]
  const narrow = tokens.drop(dense(weightOf, `${place}.output.dense`, wide), { rate, site: site + 2 });
  return norm(narrow, middle, 'output.LayerNorm');
}

function dense(weightOf: WeightOf, place: string, rows: Tensor2D): Tensor2D {
  return linear(rows, weightOf(`${place}.weight`) as Tensor2D, weightOf(`${place}.bias`) as Tensor1D);
}

function activated(weightOf: WeightOf, place: string, rows: Tensor2D, activation: BertConfiguration['activation']): Tensor2D {
  if (activation !== 'gelu') return tf.relu(dense(weightOf, place, rows));
  return biasGelu(matrixProduct(rows, weightOf(`${place}.weight`) as Tensor2D, true) as Tensor2D, weightOf(`${place}.bias`) as Tensor1D);
}

function normWeights(weightOf: WeightOf, place: string): { readonly scale: Tensor1D; readonly offset: Tensor1D } {
  return { scale: weightOf(`${place}.weight`) as Tensor1D, offset: weightOf(`${place}.bias`) as Tensor1D };
}
