import { GramkitError, type HostTensor, type PretrainedModel, type Weight } from '@gramkit/spec';
import { readWholeConfiguration } from './bert-configuration.js';
import type { Pooling } from './pooling.js';
import { openBertTensors, type StoredTensor } from './read-bert-tensors.js';

/** What an export takes of an encoder. */
export interface ExportedEncoder {
  /** The folder that the encoder was made from: its names and keys are kept. */
  readonly directory: string;
  readonly pooling: Pooling;
  readonly dimension: number;
  readonly weights: readonly Weight[];
}

/**
 * The encoder for a Hugging Face folder: the network for transformers, and how its token vectors are pooled for sentence-transformers.
 * @throws GramkitError MODEL_UNSUPPORTED for additive attention; the errors of reading the source folder
 */
export async function exportBert({ directory, pooling, dimension, weights }: ExportedEncoder, maximumLength: number): Promise<PretrainedModel> {
  assertPooling(pooling);
  const source = await openBertTensors(directory);
  const pooler = await poolerOf(source);
  return {
    files: { 'config.json': json(exportedConfiguration(await readWholeConfiguration(directory))), ...sentenceTransformersFiles(pooling, dimension, maximumLength) },
    tensors: { ...(await trainedTensors(weights, source)), ...pooler },
    notes: notesOf(pooling, Object.keys(pooler).length > 0),
  };
}

function assertPooling(pooling: Pooling): void {
  if (pooling !== 'attention') return;
  throw new GramkitError('MODEL_UNSUPPORTED', 'the encoder pools by additive attention with a trained query, which sentence-transformers has no module for: a folder would give other vectors', {
    field: 'encoder.pooling', fix: 'export the vectors (--format embeddings), or train with pooling mean or cls',
  });
}

/** Trained values under the names of the source, but for layer norms: transformers of today knows their new names alone. */
async function trainedTensors(weights: readonly Weight[], source: ReadonlyMap<string, StoredTensor>): Promise<Record<string, HostTensor>> {
  const tensors: Record<string, HostTensor> = {};
  for (const { name, variable } of weights) {
    const stored = source.get(name)!.storedName.replace(/gamma$/, 'weight').replace(/beta$/, 'bias');
    tensors[stored] = { dtype: 'float32', shape: variable.shape, data: await variable.data<'float32'>() };
  }
  return tensors;
}

/** The source's pooler, which no encoding reads: without it transformers would draw one at random and warn of it. */
async function poolerOf(source: ReadonlyMap<string, StoredTensor>): Promise<Record<string, HostTensor>> {
  const pooler: Record<string, HostTensor> = {};
  for (const [name, tensor] of source) if (name.startsWith('pooler.dense.')) pooler[tensor.storedName] = await tensor.read();
  return pooler;
}

/** The source's keys, less what would be untrue of the export: other heads, its own type of numbers, code of its own. */
function exportedConfiguration(source: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const untrue = new Set(['_name_or_path', 'architectures', 'auto_map', 'dtype', 'torch_dtype', 'quantization_config', 'transformers_version']);
  const kept = Object.fromEntries(Object.entries(source).filter(([key]) => !untrue.has(key)));
  return { architectures: ['BertModel'], ...kept, model_type: 'bert', dtype: 'float32' };
}

function sentenceTransformersFiles(pooling: Pooling, dimension: number, maximumLength: number): Record<string, string> {
  const modules = [
    { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
    { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
  ];
  const poolingModule = {
    word_embedding_dimension: dimension,
    pooling_mode_cls_token: pooling === 'cls',
    pooling_mode_mean_tokens: pooling === 'mean',
    pooling_mode_max_tokens: false,
    pooling_mode_mean_sqrt_len_tokens: false,
  };
  return {
    'modules.json': json(modules),
    '1_Pooling/config.json': json(poolingModule),
    'sentence_bert_config.json': json({ max_seq_length: maximumLength, do_lower_case: false }),
    'config_sentence_transformers.json': json({ prompts: {}, default_prompt_name: null, similarity_fn_name: 'cosine' }),
  };
}

function notesOf(pooling: Pooling, hasPooler: boolean): string[] {
  const vector = pooling === 'mean' ? 'the mean of the token vectors of the last layer over the mask, special tokens among them' : 'the vector of the first token of the last layer';
  return [
    `An item's vector is ${vector}. It is not normalised.`,
    hasPooler
      ? 'The pooler (`pooler.dense`) is the one of the model that training began with: no vector depends on it.'
      : 'The model that training began with has no pooler, so neither has this one: load it with `AutoModel.from_pretrained(FOLDER, add_pooling_layer=False)`; otherwise transformers draws one at random and says so. No vector depends on it.',
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
