import path from 'node:path';
import { definePlugin, tokens } from '@gramkit/spec';
import { z } from 'zod';
import { createBertEncoder } from './bert-encoder.js';
import { poolings } from './pooling.js';

const options = z.strictObject({
  model: z.string().min(1).optional()
    .describe('Hugging Face folder of a BERT-family model (config.json, model.safetensors or its shards), relative to the configuration file. Default: the model that set-up brought.'),
  pooling: z.enum(poolings).default('mean')
    .describe('How token vectors become one: their mean, the first token (cls), or additive attention with a trained query.'),
  attentionWidth: z.int().min(1).default(200).describe('Length of the query of additive attention.'),
  freezeEmbeddings: z.boolean().default(false).describe('Leaves word, position and type embeddings and their layer norm as they are.'),
  freezeLayers: z.int().min(0).default(0).describe('Leaves the first so many layers as they are.'),
  dropout: z.number().min(0).lt(1).default(0)
    .describe('Rate of every dropout in training, of hidden states and of attention. The comparison of the paper turns it off.'),
});

/** A BERT-family encoder (BERT, MiniLM, TinyBERT) from a Hugging Face folder. */
export default definePlugin({
  specificationVersion: 1,
  kind: 'encoder',
  name: 'bert',
  tokenUnit: 'piece',
  description: 'A BERT-family encoder (BERT, MiniLM, TinyBERT) from a Hugging Face folder, with mean, cls or additive-attention pooling.',
  options,
  dependencies: { defaultModelDirectory: tokens.defaultModelDirectory, baseDirectory: tokens.baseDirectory, seed: tokens.seed },
  create: ({ options: { model, ...chosen }, defaultModelDirectory, baseDirectory, seed }) =>
    createBertEncoder(model === undefined ? defaultModelDirectory : path.resolve(baseDirectory, model), { ...chosen, initializerSeed: seed }),
});
