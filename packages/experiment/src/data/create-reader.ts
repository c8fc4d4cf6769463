import { type DatasetReader, type Plugin, tokens } from '@gramkit/spec';
import type { ConfigurationDocument } from '../configuration/document.js';
import { resolvePart } from '../configuration/resolve-configuration.js';
import { createRunContainer } from '../container/run-container.js';
import { silentLogger } from '../run/run-log.js';

/**
 * The reader that the data section of a configuration names, without an engine; nothing else in the configuration is looked at.
 * The caller disposes it.
 * @throws GramkitError CONFIGURATION_INVALID; PLUGIN_NOT_FOUND and the like; PLUGIN_INVALID for a reader that needs more than its options.
 */
export async function createReader(document: ConfigurationDocument, plugins: readonly Plugin[] = []): Promise<DatasetReader> {
  const { defaultModelDirectory } = await import('@gramkit/engine-tensorflow');
  const data = await resolvePart('data', document, plugins);
  const container = createRunContainer(
    { seed: 0, baseDirectory: document.baseDirectory, components: { data } },
    { logger: silentLogger, defaultModelDirectory: defaultModelDirectory() },
  );
  return container.get(tokens.datasetReader);
}
