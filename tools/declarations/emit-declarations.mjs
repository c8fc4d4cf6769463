import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { publishedManifest, sourceCondition } from '../packages/published-manifest.mjs';
import { entryPoints } from '../workspace/entry-points.mjs';
import { Failure } from '../workspace/failure.mjs';
import { installedProgram } from '../workspace/installed-program.mjs';
import { publicPackages } from '../workspace/public-packages.mjs';
import { runProgram } from '../workspace/program.mjs';

/**
 * Writes the declarations of all packages by one compiler, many times faster than a compiler a package. They are not checked here: the
 * type check is. They lie as they will be installed, so that the packages find each other's.
 * @returns {Promise<(folder: string) => string>} where a package of the workspace lies, with the declarations in its `dist`.
 * @throws Failure with the compiler's output.
 */
export async function emitDeclarations(root) {
  const output = join(root, 'runs', 'declarations');
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const settings = join(output, 'tsconfig.json');
  writeFileSync(settings, JSON.stringify(compilerSettings(root)));
  const lines = [];
  const command = [...installedProgram(root, 'typescript', 'tsc'), '-p', settings];
  const { exitCode, interrupted } = await runProgram(command, { cwd: root, onLine: (line) => lines.push(line) });
  if (interrupted) throw new Failure('writing declarations was interrupted', 'run the command again', { exitCode: 130 });
  if (exitCode !== 0) throw new Failure('the compiler could not write declarations', 'npm run typecheck', { details: lines.join('\n') });
  for (const one of publicPackages(root)) layOut(output, one);
  return (folder) => join(output, folder);
}

/** From the entry points on: what only tests read is not reached. */
function compilerSettings(root) {
  const entries = publicPackages(root).flatMap(({ folder, manifest }) => Object.values(manifest.exports ?? {}).flatMap((target) => target[sourceCondition] ?? []).map((source) => join(root, folder, source)));
  return {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: { declaration: true, emitDeclarationOnly: true, noCheck: true, rootDir: join(root, 'packages'), outDir: 'compiled', typeRoots: [join(root, 'node_modules', '@types')] },
    files: entries,
  };
}

function layOut(output, { name, folder, manifest }) {
  const place = join(output, folder);
  mkdirSync(place, { recursive: true });
  if (entryPoints(manifest).length > 0) renameSync(join(output, 'compiled', relative('packages', folder), 'src'), join(place, 'dist'));
  writeFileSync(join(place, 'package.json'), JSON.stringify(publishedManifest(manifest)));
  const link = join(output, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(relative(dirname(link), place), link);
}

/** Copies the declarations of a package, where it has any. */
export function copyDeclarations(from, to) {
  if (!existsSync(from)) return;
  for (const entry of readdirSync(from, { recursive: true })) {
    if (entry.endsWith('.d.ts')) cpSync(join(from, entry), join(to, entry));
  }
}
