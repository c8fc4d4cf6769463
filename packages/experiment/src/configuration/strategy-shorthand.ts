import { GramkitError, type Json } from '@gramkit/spec';

/** The option that stands behind the colon, of strategies where it is not the interval. */
const shortOptions: Readonly<Record<string, string>> = { 'speedy-feed': 'ageLimit' };

/** `multi-step:1e` or `speedy-feed:20` as a configuration section: the name of the strategy, and its interval or age limit where one is given. */
export function parseStrategy(text: string): Readonly<Record<string, number | string>> & { readonly use: string } {
  const [, use, value] = /^([^:\s]+)(?::([^:\s]+))?$/.exec(text) ?? [];
  if (use === undefined) {
    throw new GramkitError('USAGE', `'${text}' names no strategy`, { fix: "Write a name, or a name and an interval or age limit, for instance 'single-step', 'multi-step:10', 'multi-step:1e' or 'speedy-feed:20'." });
  }
  if (value === undefined) return { use };
  return { use, [shortOptions[use] ?? 'interval']: /^\d+$/.test(value) ? Number(value) : value };
}

/** The strategy section of a configuration, made to run `text`. Options of the same strategy stay; those of another go. */
export function withStrategy(section: Readonly<Record<string, Json>>, text: string): Readonly<Record<string, Json>> {
  const wanted = parseStrategy(text);
  return section['use'] === wanted.use ? { ...section, ...wanted } : { ...wanted };
}

/** A folder name for a strategy: `multi-step-1e`. */
export function strategySlug(text: string): string {
  return text.replace(/[^a-zA-Z0-9.]+/g, '-').replace(/^-+|-+$/g, '');
}
