import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageNameOf, type PluginRequest } from './plugin-request.js';

/** From `src` and from `dist` alike. */
const templates = fileURLToPath(new URL('../templates', import.meta.url));
const packageFile = new URL('../package.json', import.meta.url);

/** Stands for the version of Gramkit in the templates: all packages of a release have the same. */
const versionMark = '0.0.0-gramkit';

/** A file of a plugin: its path in the folder, with `/`, and its text. */
export type PluginFiles = ReadonlyMap<string, string>;

/** The files of a plugin: those that all kinds share and those of its own, in the order of their paths. */
export async function renderTemplate(request: PluginRequest): Promise<PluginFiles> {
  const { version } = JSON.parse(await readFile(packageFile, 'utf8')) as { readonly version: string };
  const files = new Map<string, string>();
  for (const folder of ['shared', request.kind.kind]) {
    for (const file of await filesIn(path.join(templates, folder))) {
      files.set(nameOf(file), renderFile(nameOf(file), await readFile(path.join(templates, folder, file), 'utf8'), request, version));
    }
  }
  return new Map([...files].sort(([left], [right]) => (left < right ? -1 : 1)));
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

/** npm leaves files called .gitignore out of a package, and a package.json within one is taken for a package: their templates have other names. */
function nameOf(file: string): string {
  return file.replace(/^_gitignore$/, '.gitignore').replace(/^_package\.json$/, 'package.json');
}

function renderFile(file: string, text: string, request: PluginRequest, version: string): string {
  const { kind, name, description } = request;
  const shown = text
    .replaceAll('plugin-usage', kind.usage)
    .replaceAll('gramkit-plugin-kind-plugin-name', packageNameOf(kind, name))
    .replaceAll('plugin-kind', kind.kind)
    .replaceAll('plugin-name', name)
    .replaceAll('plugin-description', () => quoted(file, description));
  return file === 'package.json' ? packageOf(shown, request, version) : shown;
}

/** A description as it stands within the quotes of a source file, or as it is in prose. */
function quoted(file: string, description: string): string {
  if (file.endsWith('.json')) return JSON.stringify(description).slice(1, -1);
  return file.endsWith('.ts') ? description.replace(/[\\']/g, '\\$&') : description;
}

function packageOf(text: string, { kind }: PluginRequest, version: string): string {
  const manifest = JSON.parse(text.replaceAll(versionMark, version)) as { dependencies: Record<string, string> };
  for (const unused of kind.without ?? []) delete manifest.dependencies[unused];
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
