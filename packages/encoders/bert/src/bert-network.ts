import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { EncoderPass } from '@gramkit/spec';
import { addAlike, dropout, dropoutMask, gatherRows, gelu, layerNorm, linear, multiHeadAttention, withoutGradient } from '@gramkit/tensor';
import type { BertConfiguration } from './bert-configuration.js';
import type { TokenMask } from './token-mask.js';

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

/** One padded batch on its way through the layers. */
interface Batch {
  readonly items: number;
  readonly length: number;
  readonly mask: TokenMask;
  readonly pass: EncoderPass;
}

// Each dropout has a number of its own: 0 for the embeddings, then three a layer.
const embeddingSite = 0;
const sitesPerLayer = 3;

/**
 * The hidden states of the last layer, `[items × length, dimension]`, of `tokenIds` int32 `[items, length]`
 * (Devlin et al., 2019). All token-wise layers work on the rows of the whole batch as one matrix.
 */
export function bertHiddenStates(network: BertNetwork, tokenIds: Tensor2D, mask: TokenMask, pass: EncoderPass): Tensor2D {
  const [items, length] = tokenIds.shape;
  const batch: Batch = { items, length, mask, pass };
  const { constantLayers, configuration: { layers } } = network;
  const below = () => bertLayers(network, embeddings(network, tokenIds, batch), batch, 0, Math.max(constantLayers, 0));
  const start = constantLayers < 0 ? below() : withoutGradient(below);
  return bertLayers(network, start, batch, Math.max(constantLayers, 0), layers);
}

/** Words + positions + the first token type, normalised: `[items × length, dimension]`. */
function embeddings({ configuration, weightOf, dropoutRate }: BertNetwork, tokenIds: Tensor2D, { items, length, pass }: Batch): Tensor2D {
  const { dimension, layerNormEpsilon } = configuration;
  const words = gatherRows(weightOf('embeddings.word_embeddings.weight') as Tensor2D, tokenIds);
  const positions = tf.slice(weightOf('embeddings.position_embeddings.weight'), [0, 0], [length, dimension]);
  const type = tf.slice(weightOf('embeddings.token_type_embeddings.weight'), [0, 0], [1, dimension]);
  const sum = tf.reshape<tf.Rank.R2>(tf.add(words, tf.add(positions, type)), [items * length, dimension]);
  const normalized = norm(weightOf, 'embeddings.LayerNorm', sum, layerNormEpsilon);
  return dropout(normalized, [length, dimension], { rate: dropoutRate, site: embeddingSite, strides: [dimension, 1] }, pass);
}

function bertLayers(network: BertNetwork, input: Tensor2D, batch: Batch, from: number, to: number): Tensor2D {
  let rows = input;
  for (let layer = from; layer < to; layer++) rows = bertLayer(network, rows, batch, layer);
  return rows;
}

/** One layer: attention and the two-layer network, each with its residual: `[items × length, dimension]` to the same. */
function bertLayer({ configuration, weightOf, dropoutRate }: BertNetwork, input: Tensor2D, batch: Batch, layer: number): Tensor2D {
  const { dimension, layerNormEpsilon, activation } = configuration;
  const place = `encoder.layer.${layer}`;
  const site = 1 + sitesPerLayer * layer;
  const dropHidden = (rows: Tensor2D, ofSite: number) =>
    dropout(rows, [batch.length, dimension], { rate: dropoutRate, site: ofSite, strides: [dimension, 1] }, batch.pass);

  const context = attention({ configuration, weightOf, dropoutRate }, input, batch, `${place}.attention.self`, site);
  const attended = dropHidden(dense(weightOf, `${place}.attention.output.dense`, context), site + 1);
  const middle = norm(weightOf, `${place}.attention.output.LayerNorm`, addAlike(input, attended), layerNormEpsilon);

  const wide = activate(dense(weightOf, `${place}.intermediate.dense`, middle), activation); // [items × length, intermediateDimension]
  const narrow = dropHidden(dense(weightOf, `${place}.output.dense`, wide), site + 2);
  return norm(weightOf, `${place}.output.LayerNorm`, addAlike(middle, narrow), layerNormEpsilon);
}

function attention(
  { configuration: { heads, maximumPositions }, weightOf, dropoutRate }: Pick<BertNetwork, 'configuration' | 'weightOf' | 'dropoutRate'>,
  input: Tensor2D, { items, length, mask, pass }: Batch, place: string, site: number,
): Tensor2D {
  const [queries, keys, values] = ['query', 'key', 'value'].map((projection) => dense(weightOf, `${place}.${projection}`, input)) as [Tensor2D, Tensor2D, Tensor2D];
  const strides = [maximumPositions * maximumPositions, maximumPositions, 1];
  const kept = dropoutMask([heads, length, length], { rate: dropoutRate, site, strides }, pass);
  const additive = tf.reshape(mask.additive, [items, 1, 1, length]);
  return multiHeadAttention(queries, keys, values, { items, length, heads }, { additive, ...(kept === undefined ? {} : { dropout: kept }) });
}

function dense(weightOf: WeightOf, place: string, rows: Tensor2D): Tensor2D {
  return linear(rows, weightOf(`${place}.weight`) as Tensor2D, weightOf(`${place}.bias`) as Tensor1D);
}

function norm(weightOf: WeightOf, place: string, rows: Tensor2D, epsilon: number): Tensor2D {
  return layerNorm(rows, weightOf(`${place}.weight`) as Tensor1D, weightOf(`${place}.bias`) as Tensor1D, epsilon);
}

function activate(rows: Tensor2D, activation: BertConfiguration['activation']): Tensor2D {
  return activation === 'gelu' ? (gelu(rows) as Tensor2D) : tf.relu(rows);
}
