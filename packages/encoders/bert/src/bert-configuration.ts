import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { GramkitError } from '@gramkit/spec';
import { z } from 'zod';

const size = z.int().min(1);

/** The activations that can be computed, by their Hugging Face names. */
const activations = ['gelu', 'relu'] as const;

/** What is read of a Hugging Face config.json; other keys are left alone. */
const schema = z.looseObject({
  model_type: z.literal('bert').default('bert'),
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  intermediate_size: size,
  max_position_embeddings: size,
  type_vocab_size: size.default(2),
  hidden_act: z.enum(activations, { error: (issue) => `the activation '${String(issue.input)}' is not supported; supported: ${activations.join(', ')}` }).default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-12),
  position_embedding_type: z.literal('absolute', { error: (issue) => `positions of type '${String(issue.input)}' are not supported, only absolute ones` }).default('absolute'),
  is_decoder: z.literal(false, { error: 'a decoder sees no later token; only encoders are supported' }).default(false),
  add_cross_attention: z.literal(false, { error: 'cross-attention is not supported' }).default(false),
});

/** The shape of a BERT network. */
export interface BertConfiguration {
  readonly vocabularySize: number;
  /** d, the length of a token's vector. */
  readonly dimension: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateDimension: number;
  /** Longest row of tokens. */
  readonly maximumPositions: number;
  readonly tokenTypes: number;
  readonly activation: (typeof activations)[number];
  readonly layerNormEpsilon: number;
}

/**
 * Reads `config.json` of a model folder.
 * @throws GramkitError MODEL_FILE_MISSING, MODEL_FILE_CORRUPT, MODEL_UNSUPPORTED
 */
export async function readBertConfiguration(directory: string): Promise<BertConfiguration> {
  const file = configurationFile(directory);
  const parsed = schema.safeParse(await readJson(file));
  if (!parsed.success) {
    throw new GramkitError('MODEL_UNSUPPORTED', `this is no BERT that can be loaded:\n${z.prettifyError(parsed.error)}`, {
      file, fix: 'give the folder of a BERT-family encoder (BERT, MiniLM, TinyBERT)',
    });
  }
  return networkShape(file, parsed.data);
}

/**
 * The same file as it stands there, with the keys that are not read.
 * @throws GramkitError MODEL_FILE_MISSING, MODEL_FILE_CORRUPT
 */
export async function readWholeConfiguration(directory: string): Promise<Readonly<Record<string, unknown>>> {
  return (await readJson(configurationFile(directory))) as Record<string, unknown>;
}

function configurationFile(directory: string): string {
  return path.join(directory, 'config.json');
}

function networkShape(file: string, config: z.output<typeof schema>): BertConfiguration {
  if (config.hidden_size % config.num_attention_heads !== 0) {
    throw new GramkitError('MODEL_UNSUPPORTED', `${config.num_attention_heads} heads cannot share ${config.hidden_size} dimensions evenly`, {
      file, field: 'num_attention_heads', fix: 'copy config.json again',
    });
  }
  return {
    vocabularySize: config.vocab_size,
    dimension: config.hidden_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    intermediateDimension: config.intermediate_size,
    maximumPositions: config.max_position_embeddings,
    tokenTypes: config.type_vocab_size,
    activation: config.hidden_act,
    layerNormEpsilon: config.layer_norm_eps,
  };
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new GramkitError('MODEL_FILE_MISSING', `config.json cannot be read: ${(cause as Error).message}`, {
      file, cause, fix: 'give `model` a Hugging Face model folder, or run `gram setup` for the default one',
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GramkitError('MODEL_FILE_CORRUPT', `config.json is no JSON: ${(cause as Error).message}`, { file, cause, fix: 'copy the file again' });
  }
}
