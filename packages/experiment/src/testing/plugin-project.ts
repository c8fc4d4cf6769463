import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a package of a project is made of. */
export interface PackageParts {
  /** Further keys of its package.json. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Its modules, by path; `index.js` is the package itself unless `fields` says otherwise. */
  readonly files: Readonly<Record<string, string>>;
}

/** A user's project in a folder of its own, with packages as npm installs them. Every module of it notes in a file that it ran. */
export class PluginProject {
  private constructor(readonly folder: string) {}

  static async create(): Promise<PluginProject> {
    const project = new PluginProject(await mkdtemp(join(tmpdir(), 'gramkit-plugins-')));
    await project.write('package.json', '{ "name": "a-project", "type": "module" }');
    // Plugins define their options by zod.
    await project.link(fileURLToPath(new URL('.', import.meta.resolve('zod'))), 'node_modules/zod');
    return project;
  }

  path(path: string): string {
    return join(this.folder, path);
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), text);
  }

  async link(target: string, path: string): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await symlink(target, this.path(path));
  }

  /** A module that notes that it ran, under its own path within the project. */
  async writeModule(path: string, source: string): Promise<void> {
    const note = `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(this.path('executed'))}, ${JSON.stringify(`${path}\n`)});\n`;
    await this.write(path, `${note}${source}`);
  }

  /** @param folder where it lies; left out: among the project's packages */
  async writePackage(name: string, { fields, files }: PackageParts, folder = `node_modules/${name}`): Promise<void> {
    await this.write(`${folder}/package.json`, JSON.stringify({ name, version: '1.2.3', type: 'module', exports: './index.js', ...fields }));
    for (const [file, source] of Object.entries(files)) await this.writeModule(`${folder}/${file}`, source);
  }

  /** The modules that ran so far, by path, each once for every time. */
  async executed(): Promise<readonly string[]> {
    const text = await readFile(this.path('executed'), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  async forgetExecuted(): Promise<void> {
    await rm(this.path('executed'), { force: true });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** A plugin as a third party's bundle holds it: branded by a copy of the specification of its own. */
export function pluginSource(kind: string, name: string, { version = 1, exportAs = 'default', more = '' } = {}): string {
  const binding = exportAs === 'default' ? 'export default' : `export const ${exportAs} =`;
  return `import { z } from 'zod';
${binding} { specificationVersion: ${version}, kind: '${kind}', name: '${name}', description: 'A ${name} of a project.', options: z.strictObject({ width: z.int().min(1).default(4).describe('how wide it is') }), dependencies: {}, create() {}, ${more} [Symbol.for('gramkit.plugin')]: true };`;
}

/** The field of a package.json that declares plugins. */
export function declares(...plugins: readonly Readonly<Record<string, unknown>>[]): Readonly<Record<string, unknown>> {
  return { gramkit: { plugins: plugins.map((plugin) => ({ specificationVersion: 1, description: `Declared ${String(plugin['name'])}.`, ...plugin })) } };
}
