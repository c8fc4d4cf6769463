import { GramkitError } from '@gramkit/spec';
import type { z } from 'zod';

/** What `gram data generate` can make, by `--kind`. */
export const generatorKinds = ['knowledge-tracing', 'news'] as const;

export type GeneratorKind = (typeof generatorKinds)[number];

/** The options of a generator, for its flags. */
export async function generatorOptionsSchema(kind: GeneratorKind): Promise<z.ZodObject> {
  const { generatorOptions, newsOptions } = await import('@gramkit/data');
  return kind === 'news' ? newsOptions : generatorOptions;
}

/** The kind that the words of a command line ask for, before they are parsed: it decides which flags there are. */
export function kindAmong(words: readonly string[]): GeneratorKind {
  const place = words.findIndex((word) => word === '--kind' || word.startsWith('--kind='));
  if (place === -1) return 'knowledge-tracing';
  const written = words[place]!.includes('=') ? words[place]!.slice('--kind='.length) : words[place + 1];
  const kind = generatorKinds.find((name) => name === written);
  if (kind !== undefined) return kind;
  throw new GramkitError('USAGE', `there is no generator of kind '${written ?? ''}'`, { alternatives: generatorKinds, fix: 'npx gram data generate --kind news --output STORE' });
}
