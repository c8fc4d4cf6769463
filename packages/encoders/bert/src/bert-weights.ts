import type { BertConfiguration } from './bert-configuration.js';

/** A tensor of the network: its Hugging Face name without the prefix `bert.`, and its shape. */
export interface WeightDescription {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Tensors of the embeddings. */
export function embeddingWeights({ vocabularySize, dimension, maximumPositions, tokenTypes }: BertConfiguration): readonly WeightDescription[] {
  return [
    { name: 'embeddings.word_embeddings.weight', shape: [vocabularySize, dimension] },
    { name: 'embeddings.position_embeddings.weight', shape: [maximumPositions, dimension] },
    { name: 'embeddings.token_type_embeddings.weight', shape: [tokenTypes, dimension] },
    ...normWeights('embeddings.LayerNorm', dimension),
  ];
}

/** Tensors of layer `layer`, counted from 0 at the embeddings. */
export function layerWeights(layer: number, { dimension, intermediateDimension }: BertConfiguration): readonly WeightDescription[] {
  const place = `encoder.layer.${layer}`;
  return [
    ...['query', 'key', 'value'].flatMap((projection) => linearWeights(`${place}.attention.self.${projection}`, dimension, dimension)),
    ...linearWeights(`${place}.attention.output.dense`, dimension, dimension),
    ...normWeights(`${place}.attention.output.LayerNorm`, dimension),
    ...linearWeights(`${place}.intermediate.dense`, intermediateDimension, dimension),
    ...linearWeights(`${place}.output.dense`, dimension, intermediateDimension),
    ...normWeights(`${place}.output.LayerNorm`, dimension),
  ];
}

function linearWeights(place: string, outputs: number, inputs: number): readonly WeightDescription[] {
  return [{ name: `${place}.weight`, shape: [outputs, inputs] }, { name: `${place}.bias`, shape: [outputs] }];
}

function normWeights(place: string, dimension: number): readonly WeightDescription[] {
  return [{ name: `${place}.weight`, shape: [dimension] }, { name: `${place}.bias`, shape: [dimension] }];
}
