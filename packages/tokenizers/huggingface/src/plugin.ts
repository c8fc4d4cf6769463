import path from 'node:path';
import { definePlugin, tokens } from '@gramkit/spec';
import { z } from 'zod';
import { createHuggingFaceTokenizer } from './hugging-face-tokenizer.js';

const options = z.strictObject({
  model: z.string().min(1).optional()
    .describe('Folder that holds tokenizer.json, relative to the configuration file. Default: the model that set-up brought.'),
  maxLength: z.int().min(1).default(128).describe('Longest token row, special tokens included; longer texts lose their end.'),
  fields: z.array(z.string().min(1)).min(1).default(['text']).describe('Fields of an item that are read, in this order, joined by a space.'),
});

/** The tokenizer of a Hugging Face model folder, by `tokenizer.json`. */
export default definePlugin({
  specificationVersion: 1,
  kind: 'tokenizer',
  name: 'huggingface',
  tokenUnit: 'piece',
  description: "Token ids of an item's text by the tokenizer.json of a Hugging Face model folder.",
  options,
  dependencies: { defaultModelDirectory: tokens.defaultModelDirectory, baseDirectory: tokens.baseDirectory },
  create: ({ options: { model, maxLength, fields }, defaultModelDirectory, baseDirectory }) =>
    createHuggingFaceTokenizer(model === undefined ? defaultModelDirectory : path.resolve(baseDirectory, model), { maxLength, fields }),
});
