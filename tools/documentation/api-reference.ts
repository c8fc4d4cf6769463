import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Application, Converter, type DeclarationReflection, ReflectionKind } from 'typedoc';

const root = resolve(import.meta.dirname, '../..');

/** A package that others install. */
interface PublicPackage {
  readonly name: string;
  /** The module that it exports, relative to the workspace. */
  readonly entryPoint: string;
}

/** The packages of the workspace that are published and export something. */
async function publicPackages(): Promise<PublicPackage[]> {
  const folders = await readdir(join(root, 'packages'), { recursive: true, withFileTypes: true });
  const files = folders.filter((entry) => entry.name === 'package.json' && !/node_modules|dist|template|__fixtures__/.test(entry.parentPath)).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(files.map(async (file) => readPackage(file)));
  return found.filter((one) => one !== undefined).sort((left, right) => left.name.localeCompare(right.name));
}

async function readPackage(file: string): Promise<PublicPackage | undefined> {
  const { name, private: isPrivate, exports } = JSON.parse(await readFile(file, 'utf8')) as { name: string; private?: boolean; exports?: Readonly<Record<string, { readonly '@gramkit/source'?: string }>> };
  const source = exports?.['.']?.['@gramkit/source'];
  return isPrivate === true || source === undefined ? undefined : { name, entryPoint: join(file, '..', source) };
}

/** Modules are called as they are imported, not by the path of their source. */
function nameAfterPackages(application: Application, packages: readonly PublicPackage[]): void {
  application.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection: DeclarationReflection) => {
    if (reflection.kind !== ReflectionKind.Module) return;
    const file = reflection.sources?.[0]?.fullFileName ?? reflection.name;
    const found = packages.find(({ entryPoint }) => file === entryPoint || entryPoint.endsWith(`${reflection.name}.ts`) || entryPoint.endsWith(`${reflection.name}/index.ts`));
    if (found !== undefined) reflection.name = found.name;
  });
}

/** `npm run docs:api`: writes docs/api, a page for each public package, from the comments in its source. */
const packages = await publicPackages();
const application = await Application.bootstrapWithPlugins({
  name: 'Gramkit',
  entryPoints: packages.map(({ entryPoint }) => entryPoint),
  tsconfig: join(root, 'tsconfig.json'),
  // The type check is a stage of its own.
  skipErrorChecking: true,
  plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  readme: 'none',
  disableSources: true,
  logLevel: 'Error',
  out: join(root, 'docs/api'),
  // Of the two plugins: one page a package, tables for what has columns, links that VitePress follows.
  ...({ outputFileStrategy: 'modules', hidePageHeader: true, hideBreadcrumbs: true, parametersFormat: 'table', docsRoot: join(root, 'docs') } as object),
});
nameAfterPackages(application, packages);
const project = await application.convert();
if (project === undefined || application.logger.hasErrors()) throw new Error('the API reference cannot be made: see above');
await application.generateOutputs(project);
