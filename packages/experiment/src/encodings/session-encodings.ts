import { join } from 'node:path';
import type { EncodingStore, Engine, Json, RunLogger } from '@gramkit/spec';
import packageDescription from '../../package.json' with { type: 'json' };
import type { EngineConfiguration } from '../configuration/schema.js';
import type { ContainerConfiguration } from '../container/run-container.js';
import { EncodingFiles } from './encoding-files.js';

/** Changes when encodings come out otherwise although nothing else that is hashed has changed. */
const encodingVersion = 1;

/** The encodings kept in the cache, of the encoder and the engine that a session configures. */
export function sessionEncodings(
  cache: string, { components, engine: settings }: ContainerConfiguration & { readonly engine: Partial<EngineConfiguration> }, engine: Engine, logger: RunLogger,
): EncodingStore {
  const surroundings = {
    version: [encodingVersion, packageDescription.version],
    encoder: { use: components.encoder?.use ?? null, ...components.encoder?.written },
    engine: engine.describe(),
    compile: settings.compile ?? null,
  };
  return new EncodingFiles(join(cache, 'encodings'), surroundings as unknown as Json, logger);
}
