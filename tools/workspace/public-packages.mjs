import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceFolders } from './install.mjs';

/** @typedef {{ name: string, folder: string, manifest: Record<string, any> }} WorkspacePackage `folder`: relative to the root. */

/** The packages that are published, in the order of their names. @returns {WorkspacePackage[]} */
export function publicPackages(root) {
  return workspacePackages(root).filter(({ manifest }) => manifest.private !== true);
}

/** All packages of the workspace, private ones too. */
export function packageNames(root) {
  return workspacePackages(root).map(({ name }) => name);
}

function workspacePackages(root) {
  return workspaceFolders(root)
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) }))
    .map(({ folder, manifest }) => ({ name: manifest.name, folder, manifest }))
    .sort((left, right) => left.name.localeCompare(right.name, 'en'));
}
