import path from 'node:path';
import { kindOf, packageNameOf, requestOf } from './plugin-request.js';
import { renderTemplate } from './render-template.js';
import { requireFree, writePlugin } from './write-plugin.js';

/** What a plugin is to be. */
export interface CreateOptions {
  /** `encoder`, `tokenizer`, `model`, `strategy`, `optimizer` or `reader`. */
  readonly kind: string;
  /** What a configuration says: `use: NAME`. */
  readonly name: string;
  /** New or empty. Default: the name of the package, in the working directory. */
  readonly directory?: string;
  /** One line. Default: what the plugin does as it is written. */
  readonly description?: string;
}

/** What was written. */
export interface CreatedPlugin {
  readonly kind: string;
  readonly name: string;
  readonly packageName: string;
  /** Absolute. */
  readonly directory: string;
  /** Paths in the folder. */
  readonly files: readonly string[];
}

/**
 * Writes a plugin of Gramkit that builds, passes its tests and runs in an experiment, into a new or empty folder.
 * @throws ScaffoldError USAGE for a kind, name or description that cannot be, OUTPUT_UNWRITABLE; nothing is written then.
 */
export async function createPlugin({ kind, name, directory, description }: CreateOptions): Promise<CreatedPlugin> {
  const request = requestOf(kindOf(kind), name, description);
  const packageName = packageNameOf(request.kind, name);
  const target = path.resolve(directory ?? packageName);
  await requireFree(target);
  const files = await renderTemplate(request);
  await writePlugin(files, target);
  return { kind, name, packageName, directory: target, files: [...files.keys()] };
}
