import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { arch, cpus, release, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Everything a bench measured so far, in the order in which it was measured. */
export interface Results<Entry> {
  readonly formatVersion: 1;
  readonly machine: { readonly processor: string; readonly cores: number; readonly memoryBytes: number; readonly system: string };
  /** What must be the same for figures to stand in one table. */
  readonly settings: Readonly<Record<string, string | number | null>>;
  readonly entries: readonly Entry[];
}

/** A file of results that is whole after every entry, so that a bench that was stopped goes on where it was. */
export class ResultsFile<Entry> {
  private constructor(
    readonly path: string,
    private results: Results<Entry>,
  ) {}

  /** @throws Error where the file holds figures of other settings. */
  static async open<Entry>(path: string, settings: Results<Entry>['settings']): Promise<ResultsFile<Entry>> {
    await mkdir(dirname(path), { recursive: true });
    if (!existsSync(path)) return new ResultsFile<Entry>(path, { formatVersion: 1, machine: machine(), settings, entries: [] });
    const saved = JSON.parse(await readFile(path, 'utf8')) as Results<Entry>;
    const changed = Object.keys({ ...saved.settings, ...settings }).filter((name) => saved.settings[name] !== settings[name]);
    if (changed.length === 0) return new ResultsFile(path, saved);
    const differences = changed.map((name) => `${name} was ${saved.settings[name] ?? 'not set'} and is ${settings[name] ?? 'not set'}`);
    throw new Error(`${path} holds figures that cannot stand beside new ones: ${differences.join('; ')}. Name another folder with --output, or remove that file.`);
  }

  get entries(): readonly Entry[] {
    return this.results.entries;
  }

  async add(entry: Entry): Promise<void> {
    this.results = { ...this.results, entries: [...this.results.entries, entry] };
    await writeWhole(this.path, `${JSON.stringify(this.results, null, 2)}\n`);
  }
}

/** Writes beside the file and renames, so that it is never half written. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

/** Changes with the built packages: figures before and after a change do not stand in one table. */
export async function buildFingerprint(packages = resolve(import.meta.dirname, '../../packages')): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of await builtFolders(packages)) {
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.js')).sort()) hash.update(file).update(await readFile(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

export async function fileFingerprint(path: string): Promise<string> {
  return createHash('sha256').update(await readFile(path)).digest('hex').slice(0, 12);
}

/** The `dist` of every package, which stand one or two folders deep. */
async function builtFolders(packages: string): Promise<string[]> {
  const groups = await readdir(packages, { withFileTypes: true });
  const folders = await Promise.all(groups.filter((group) => group.isDirectory()).map(async ({ name }) => [name, ...(await readdir(join(packages, name))).map((inner) => join(name, inner))]));
  return folders.flat().map((name) => join(packages, name, 'dist')).filter((folder) => existsSync(folder)).sort();
}

function machine(): Results<never>['machine'] {
  return { processor: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryBytes: totalmem(), system: `${process.platform} ${release()} ${arch()}` };
}
