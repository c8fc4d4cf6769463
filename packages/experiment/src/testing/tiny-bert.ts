import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensor } from '@gramkit/spec';
import { writeSafetensors } from '@gramkit/tensor';

const width = 8;
const inner = 16;
const layers = 2;

/** Writes a Hugging Face folder of a BERT of two layers, eight wide, with random weights: a whole run over it takes seconds. */
export async function writeTinyBert(folder: string): Promise<void> {
  const vocabulary = tinyVocabulary();
  const config = {
    model_type: 'bert', vocab_size: vocabulary.length, hidden_size: width, num_hidden_layers: layers, num_attention_heads: 2,
    intermediate_size: inner, max_position_embeddings: 64, type_vocab_size: 2, hidden_act: 'gelu', layer_norm_eps: 1e-12,
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerOf(vocabulary)));
  await writeSafetensors(join(folder, 'model.safetensors'), weightsOf(vocabulary.length));
}

/** Special tokens, then every letter and digit as a beginning and as a continuation of a word. */
function tinyVocabulary(): string[] {
  const characters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
  return ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...characters, ...characters.map((character) => `##${character}`), ...'.?,:()/'];
}

function tokenizerOf(vocabulary: readonly string[]): unknown {
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  const marker = (id: string): unknown => ({ SpecialToken: { id, type_id: 0 } });
  return {
    version: '1.0', truncation: null, padding: null,
    added_tokens: special.map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [marker('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, marker('[SEP]')],
      pair: [marker('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, marker('[SEP]'), { Sequence: { id: 'B', type_id: 1 } }, { SpecialToken: { id: '[SEP]', type_id: 1 } }],
      special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] }, '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] } },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])) },
  };
}

function weightsOf(vocabularySize: number): Record<string, HostTensor> {
  const tensors: Record<string, HostTensor> = {};
  const random = randomNumbers(7);
  const add = (name: string, shape: number[], value: () => number): void => {
    tensors[name] = { dtype: 'float32', shape, data: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, value) };
  };
  const matrix = (name: string, rows: number, columns: number): void => add(name, [rows, columns], () => (random() - 0.5) * 1.5);
  const linear = (name: string, rows: number, columns: number): void => {
    matrix(`${name}.weight`, rows, columns);
    add(`${name}.bias`, [rows], () => (random() - 0.5) * 0.1);
  };
  const norm = (name: string): void => {
    add(`${name}.weight`, [width], () => 1);
    add(`${name}.bias`, [width], () => 0);
  };
  matrix('embeddings.word_embeddings.weight', vocabularySize, width);
  matrix('embeddings.position_embeddings.weight', 64, width);
  matrix('embeddings.token_type_embeddings.weight', 2, width);
  norm('embeddings.LayerNorm');
  for (let layer = 0; layer < layers; layer++) {
    const place = `encoder.layer.${layer}`;
    for (const part of ['self.query', 'self.key', 'self.value', 'output.dense']) linear(`${place}.attention.${part}`, width, width);
    norm(`${place}.attention.output.LayerNorm`);
    linear(`${place}.intermediate.dense`, inner, width);
    linear(`${place}.output.dense`, width, inner);
    norm(`${place}.output.LayerNorm`);
  }
  return tensors;
}

/** A linear congruential generator (Numerical Recipes): numbers in [0, 1). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
