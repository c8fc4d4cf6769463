import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from './check-surface.mjs';

/** The reports in the repository by their file names. @returns {Map<string, string>} */
export function readReports(root) {
  const folder = join(root, 'api');
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder).filter((name) => name.endsWith('.api.md')).sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Puts `surfaces` in place of the reports in the repository. @returns {string[]} the files that changed. */
export function writeReports(root, surfaces) {
  const before = readReports(root);
  mkdirSync(join(root, 'api'), { recursive: true });
  const changed = surfaces.filter(({ file, report }) => before.get(file) !== report);
  for (const { file, report } of changed) replaceFile(join(root, 'api', file), report);
  const gone = [...before.keys()].filter((name) => !surfaces.some(({ file }) => file === name));
  for (const file of gone) rmSync(join(root, 'api', file));
  return [...changed.map(({ file }) => file), ...gone].sort().map((file) => join('api', file));
}

/** Fingerprints of the reports at the last release, by their file names. @returns {Record<string, string>} */
export function readReleased(root) {
  const file = join(root, 'api', 'released.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** Records that the reports in the repository are what is released. */
export function recordReleased(root) {
  const fingerprints = Object.fromEntries([...readReports(root)].map(([file, report]) => [file, fingerprint(report)]));
  replaceFile(join(root, 'api', 'released.json'), `${JSON.stringify(fingerprints, null, 2)}\n`);
}

function replaceFile(file, text) {
  writeFileSync(`${file}.partial`, text);
  renameSync(`${file}.partial`, file);
}
