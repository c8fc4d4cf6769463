import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { type DeviceTensors, type EncoderPass, GramkitError, type ItemEncoder, specificationVersion, type Weight } from '@gramkit/spec';
import { fanInUniform, offersPackedKernels, randomSource, uploadTensor } from '@gramkit/tensor';
import { type BertConfiguration, readBertConfiguration } from './bert-configuration.js';
import { type BertNetwork, bertHiddenStates, type WeightOf } from './bert-network.js';
import { embeddingWeights, layerWeights } from './bert-weights.js';
import { exportBert } from './export-bert.js';
import { packedTokens } from './packed-tokens.js';
import { paddedTokens } from './padded-tokens.js';
import { attentionPooling, type Pooling } from './pooling.js';
import { readBertTensors } from './read-bert-tensors.js';
import type { TokenRows } from './token-rows.js';

/** How a BERT encoder pools and what of it is trained. */
export interface BertEncoderOptions {
  readonly pooling: Pooling;
  /** Length of the query of additive attention. */
  readonly attentionWidth: number;
  readonly freezeEmbeddings: boolean;
  /** The first so many layers get no gradient. */
  readonly freezeLayers: number;
  /** Rate of every dropout in training. */
  readonly dropout: number;
  /** Decides the initial weights of additive attention. */
  readonly initializerSeed: number;
}

/**
 * Loads a BERT-family encoder from a Hugging Face folder.
 * @throws GramkitError MODEL_FILE_MISSING, MODEL_FILE_CORRUPT, MODEL_UNSUPPORTED, MODEL_WEIGHTS_MISMATCH, CONFIGURATION_INVALID
 */
export async function createBertEncoder(directory: string, options: BertEncoderOptions): Promise<ItemEncoder> {
  const configuration = await readBertConfiguration(directory);
  assertLayers(configuration, options.freezeLayers);
  const parts = [embeddingWeights(configuration), ...Array.from({ length: configuration.layers }, (_, layer) => layerWeights(layer, configuration))];
  const tensors = await readBertTensors(directory, parts.flat());
  const weights = parts.flatMap((part, index) => {
    const trainable = index === 0 ? !options.freezeEmbeddings : index > options.freezeLayers;
    return part.map(({ name }) => weight(name, uploadTensor(tensors.get(name)!), trainable));
  });
  if (options.pooling === 'attention') weights.push(...poolingWeights(configuration.dimension, options));
  return bertEncoder(directory, configuration, weights, options);
}

function assertLayers({ layers }: BertConfiguration, freezeLayers: number): void {
  if (freezeLayers <= layers) return;
  throw new GramkitError('CONFIGURATION_INVALID', `freezeLayers is ${freezeLayers}, and the model has ${layers} layers`, {
    field: 'freezeLayers', fix: `give 0 to ${layers}`,
  });
}

function weight(name: string, initial: tf.Tensor, trainable: boolean): Weight {
  const variable = tf.variable(initial, trainable);
  initial.dispose();
  return { name, variable, trainable };
}

/** V, v and q of additive attention, drawn as PyTorch draws those of linear layers. */
function poolingWeights(dimension: number, { attentionWidth, initializerSeed }: BertEncoderOptions): Weight[] {
  const source = randomSource(initializerSeed);
  return [
    weight('pooling.projection.weight', fanInUniform([attentionWidth, dimension], dimension, source), true),
    weight('pooling.projection.bias', fanInUniform([attentionWidth], dimension, source), true),
    weight('pooling.query', fanInUniform([attentionWidth], attentionWidth, source), true),
  ];
}

function bertEncoder(directory: string, configuration: BertConfiguration, weights: readonly Weight[], options: BertEncoderOptions): ItemEncoder {
  const variables = new Map<string, Variable>(weights.map(({ name, variable }) => [name, variable]));
  const weightOf: WeightOf = (name) => variables.get(name)!;
  const constantLayers = options.freezeEmbeddings ? options.freezeLayers : -1;
  const network: BertNetwork = { configuration, weightOf, dropoutRate: options.dropout, constantLayers };
  return {
    specificationVersion,
    kind: 'encoder',
    name: 'bert',
    dimension: configuration.dimension,
    vocabularySize: configuration.vocabularySize,
    inputLayout: offersPackedKernels() ? 'packed' : 'padded',
    maximumLength: configuration.maximumPositions,
    drawsMasks: options.dropout > 0,
    weights,
    encode: (input, pass) => tf.tidy(() => encode(network, options.pooling, input, pass)),
    exportPretrained: (maximumLength) => exportBert({ directory, pooling: options.pooling, dimension: configuration.dimension, weights }, maximumLength),
    dispose: () => variables.forEach((variable) => variable.dispose()),
  };
}

/** Tokens in either layout to `[items, dimension]`. */
function encode(network: BertNetwork, pooling: Pooling, input: DeviceTensors, pass: EncoderPass): Tensor2D {
  const { maximumPositions } = network.configuration;
  const packed = input.offsets !== undefined;
  if (!packed) assertPositions(input.tokenIds!.shape[1]!, maximumPositions);
  const tokens = (packed ? packedTokens : paddedTokens)(input, maximumPositions, pass);
  return pool(network.weightOf, pooling, bertHiddenStates(network, tokens), tokens);
}

function pool(weightOf: WeightOf, pooling: Pooling, rows: Tensor2D, tokens: TokenRows): Tensor2D {
  if (pooling === 'mean') return tokens.mean(rows);
  if (pooling === 'cls') return tokens.first(rows);
  return attentionPooling(rows, tokens, {
    projection: weightOf('pooling.projection.weight') as Tensor2D,
    bias: weightOf('pooling.projection.bias') as Tensor1D,
    query: weightOf('pooling.query') as Tensor1D,
  });
}

function assertPositions(length: number, maximumPositions: number): void {
  if (length <= maximumPositions) return;
  throw new GramkitError('DATA_MISMATCH', `a row has ${length} tokens, and the encoder has ${maximumPositions} positions`, {
    field: 'maxLength', fix: `set the tokenizer's maxLength to ${maximumPositions} at most`,
  });
}
