import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { GramkitError } from '@gramkit/spec';
import { z } from 'zod';

const part = z.looseObject({ type: z.string() });

/** What must hold of a tokenizer.json before the library builds a tokenizer from it. */
const schema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int().min(0), content: z.string() })).nullish().transform((tokens) => tokens ?? []),
  normalizer: part.nullish().transform((value) => value ?? null),
  pre_tokenizer: part.nullish().transform((value) => value ?? null),
  post_processor: part.nullish().transform((value) => value ?? null),
  decoder: part.nullish().transform((value) => value ?? null),
  model: z.looseObject({ type: z.string().optional(), vocab: z.union([z.record(z.string(), z.int().min(0)), z.array(z.unknown())]) }),
  padding: z.looseObject({ pad_id: z.int().min(0) }).nullish(),
});

/** The content of a tokenizer.json. */
export type TokenizerDescription = z.output<typeof schema>;

/** A tokenizer.json: its content and its text, for a fingerprint. */
export interface TokenizerFile {
  readonly file: string;
  readonly text: string;
  readonly description: TokenizerDescription;
}

/**
 * Reads `tokenizer.json` of a model folder.
 * @throws GramkitError MODEL_FILE_MISSING, MODEL_FILE_CORRUPT
 */
export async function readTokenizerFile(directory: string): Promise<TokenizerFile> {
  const file = path.join(directory, 'tokenizer.json');
  const text = await readText(file);
  const parsed = schema.safeParse(parseJson(file, text));
  if (!parsed.success) {
    throw new GramkitError('MODEL_FILE_CORRUPT', `this is no tokenizer of the tokenizers library:\n${z.prettifyError(parsed.error)}`, {
      file, fix: 'save it again with the tokenizers library (tokenizer.save), or give a folder that has one',
    });
  }
  return { file, text, description: parsed.data };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new GramkitError('MODEL_FILE_MISSING', `tokenizer.json cannot be read: ${(cause as Error).message}`, {
      file, cause, fix: 'give `model` a folder that holds a tokenizer.json (for an old model: AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)), or run `gram setup`',
    });
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GramkitError('MODEL_FILE_CORRUPT', `tokenizer.json is no JSON: ${(cause as Error).message}`, { file, cause, fix: 'copy the file again' });
  }
}
