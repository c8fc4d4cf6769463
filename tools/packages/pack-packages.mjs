import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyDeclarations, emitDeclarations } from '../declarations/emit-declarations.mjs';
import { buildPackages } from '../workspace/build.mjs';
import { Failure } from '../workspace/failure.mjs';
import { ProgressLine } from '../workspace/progress-line.mjs';
import { publicPackages } from '../workspace/public-packages.mjs';
import { runProgram } from '../workspace/program.mjs';
import { publishedManifest } from './published-manifest.mjs';

/** @typedef {import('../workspace/public-packages.mjs').WorkspacePackage & { tarball: string, files: string[] }} PackedPackage `files`: paths in the tarball. */

/**
 * Builds all public packages and writes their tarballs to `runs/packages`: all of them, or none, and then what was there before stays.
 * @returns {Promise<PackedPackage[]>}
 * @throws Failure
 */
export async function packPackages(root) {
  await buildPackages(root);
  const declarations = await emitDeclarations(root);
  const output = join(root, 'runs', 'packages');
  const partial = `${output}.partial-${process.pid}`;
  try {
    const packages = publicPackages(root);
    const line = new ProgressLine('packing:');
    const tarballs = join(partial, 'tarballs');
    mkdirSync(tarballs, { recursive: true });
    const packed = [];
    for (const [index, one] of packages.entries()) {
      const staged = join(partial, 'staged', String(index));
      stagePackage(root, one, join(declarations(one.folder), 'dist'), staged);
      packed.push({ ...one, ...(await packStaged(staged, tarballs)) });
      line.update(index + 1, packages.length);
    }
    line.end(`${packages.length} packages`);
    rmSync(output, { recursive: true, force: true });
    renameSync(tarballs, output);
    return packed.map(({ filename, ...rest }) => ({ ...rest, tarball: join(output, filename) }));
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** A folder as the package is installed: what `files` names, the declarations, README and licence, and the package.json that strangers read. */
function stagePackage(root, { name, folder, manifest }, declarations, staged) {
  mkdirSync(staged, { recursive: true });
  for (const entry of ['README.md', ...manifest.files]) {
    const source = join(root, folder, entry);
    if (!existsSync(source)) throw new Failure(`${name} has no ${join(folder, entry)}`, entry === 'README.md' ? 'say in it what the package is, with one example' : 'npm run build');
    cpSync(source, join(staged, entry), { recursive: true });
  }
  for (const entry of ['LICENSE', 'CHANGELOG.md']) {
    const source = [join(root, folder, entry), ...(entry === 'LICENSE' ? [join(root, entry)] : [])].find(existsSync);
    if (source !== undefined) cpSync(source, join(staged, entry));
  }
  copyDeclarations(declarations, join(staged, 'dist'));
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`);
}

async function packStaged(staged, destination) {
  const lines = [];
  const { exitCode, interrupted } = await runProgram(['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', destination], { cwd: staged, onLine: (line) => lines.push(line) });
  const output = lines.join('\n');
  if (interrupted) throw new Failure('packing was interrupted', 'npm run pack', { exitCode: 130 });
  if (exitCode !== 0) throw new Failure('npm pack failed', 'mend what npm says above, then: npm run pack', { details: output });
  const [{ filename, files }] = JSON.parse(output.slice(output.indexOf('[')));
  return { filename, files: files.map(({ path }) => path) };
}
