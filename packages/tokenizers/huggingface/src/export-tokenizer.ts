import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { GramkitError, type PretrainedTokenizer } from '@gramkit/spec';
import type { TokenizerFile } from './tokenizer-description.js';

/** Files that stay as they are, where the source has them. */
const copied = ['vocab.txt', 'special_tokens_map.json', 'added_tokens.json'];

/** Names of special tokens by their content, for a source that has tokenizer.json alone. */
const specialTokenNames: Readonly<Record<string, string>> = { '[UNK]': 'unk_token', '[SEP]': 'sep_token', '[PAD]': 'pad_token', '[CLS]': 'cls_token', '[MASK]': 'mask_token' };

/**
 * The files of a model folder's tokenizer, set to cut at `maximumLength`.
 * @throws GramkitError MODEL_FILE_CORRUPT
 */
export async function exportTokenizer(directory: string, source: TokenizerFile, maximumLength: number): Promise<PretrainedTokenizer> {
  const special = specialTokens(source);
  const files: Record<string, string> = {
    'tokenizer.json': tokenizerJson(source, maximumLength),
    'special_tokens_map.json': json(special),
  };
  for (const name of copied) {
    const text = await readIfThere(path.join(directory, name));
    if (text !== undefined) files[name] = text;
  }
  files['tokenizer_config.json'] = json({ tokenizer_class: 'PreTrainedTokenizerFast', ...special, ...(await sourceConfiguration(directory)), model_max_length: maximumLength });
  return { files, maximumLength };
}

/** Cut as the run cuts, padded by nobody: the source's own settings are those of another use. */
function tokenizerJson({ text }: TokenizerFile, maximumLength: number): string {
  const truncation = { direction: 'Right', max_length: maximumLength, strategy: 'LongestFirst', stride: 0 };
  return JSON.stringify({ ...(JSON.parse(text) as Record<string, unknown>), truncation, padding: null });
}

function specialTokens({ description }: TokenizerFile): Record<string, string> {
  const named = description.added_tokens.map(({ content }) => [specialTokenNames[content], content] as const);
  return Object.fromEntries(named.filter((pair): pair is readonly [string, string] => pair[0] !== undefined));
}

const ofTheSourceAlone = new Set(['name_or_path', 'auto_map', 'tokenizer_file', 'vocab_file', 'max_length']);

/** Keys of the source's tokenizer_config.json that say how text is read, not where the source lies. */
async function sourceConfiguration(directory: string): Promise<Record<string, unknown>> {
  const file = path.join(directory, 'tokenizer_config.json');
  const text = await readIfThere(file);
  if (text === undefined) return {};
  try {
    return Object.fromEntries(Object.entries(JSON.parse(text) as Record<string, unknown>).filter(([key]) => !ofTheSourceAlone.has(key)));
  } catch (cause) {
    throw new GramkitError('MODEL_FILE_CORRUPT', `tokenizer_config.json is no JSON: ${(cause as Error).message}`, { file, cause, fix: 'copy the file again' });
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new GramkitError('MODEL_FILE_MISSING', `cannot be read: ${cause.message}`, { file, cause, fix: 'make the file readable' });
  });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
