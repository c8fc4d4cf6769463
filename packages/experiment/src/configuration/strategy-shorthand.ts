import { GramkitError, type Json } from '@gramkit/spec';

/** `multi-step:1e` as a configuration section: the name of the strategy, and its interval where one is given. */
export function parseStrategy(text: string): { readonly use: string; readonly interval?: number | string } {
  const [, use, interval] = /^([^:\s]+)(?::([^:\s]+))?$/.exec(text) ?? [];
  if (use === undefined) {
    throw new GramkitError('USAGE', `'${text}' names no strategy`, { fix: "Write a name, or a name and an interval, for instance 'single-step', 'multi-step:10' or 'multi-step:1e'." });
  }
  if (interval === undefined) return { use };
  return { use, interval: /^\d+$/.test(interval) ? Number(interval) : interval };
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
