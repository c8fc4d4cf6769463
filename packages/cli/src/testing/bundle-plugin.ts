import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

/**
 * Installs a plugin as a package that holds its own copies of all that it imports: of the specification, of zod, of tfjs-core.
 * @param entry its module, relative to this file
 */
export async function installBundled(project: string, packageName: string, entry: string, fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const folder = join(project, 'node_modules', packageName);
  const everything = /.*/;
  await build({
    config: false,
    silent: true,
    entry: { index: fileURLToPath(new URL(entry, import.meta.url)) },
    outDir: folder,
    format: 'esm',
    target: 'node20',
    noExternal: [everything],
    // tfjs-core is CommonJS and requires modules of Node.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    esbuildOptions: (options) => {
      options.conditions = ['@gramkit/source'];
    },
  });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: packageName, version: '1.0.0', type: 'module', exports: './index.js', ...fields }));
}
