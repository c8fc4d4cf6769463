import type { Json, Plugin } from '@gramkit/spec';
import { stringify } from 'yaml';
import { parseConfiguration } from './document.js';
import { resolveConfiguration } from './resolve-configuration.js';
import type { ResolvedConfiguration } from './resolved-configuration.js';

/**
 * The configuration of one strategy out of several, from sections that were made of another one's (`writtenForm`): checked as a file is.
 * @param overrides `key.path=value` each
 * @throws GramkitError as `resolveConfiguration`, which names the strategy as the source
 */
export function resolveSections(strategy: string, sections: Readonly<Record<string, Json>>, { baseDirectory }: ResolvedConfiguration, plugins?: readonly Plugin[], overrides: readonly string[] = []): Promise<ResolvedConfiguration> {
  return resolveConfiguration(parseConfiguration(stringify(sections), { source: `(strategy ${strategy})`, baseDirectory, overrides }), plugins);
}
