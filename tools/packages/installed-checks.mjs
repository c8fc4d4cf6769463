import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import { Failure } from '../workspace/failure.mjs';
import { installedProgram } from '../workspace/installed-program.mjs';
import { needs } from './check-list.mjs';
import { importAll, tinyExperiment, typedConsumer, typedConsumerSettings } from './consumer.mjs';
import { bringNode, nodeVersions } from './node-versions.mjs';

/** What the types of a user's project need beside ours. */
const typesOfNode = '@types/node@20';

/**
 * What every user does first: the command line in an empty folder, and set-up.
 * @returns {Promise<string | undefined>} the folder; undefined where either failed
 */
export async function installCommandLine(list, stranger) {
  const folder = stranger.folder('consumer');
  const installed = await list.check('npm install @gramkit/cli in an empty folder', () => stranger.run(folder, 'npm', 'install', '@gramkit/cli'));
  const set = await list.check('npx gram setup', () => needs(installed, 'npm install') && stranger.run(folder, 'npx', 'gram', 'setup', '--cpu'));
  await list.check('npx gram doctor', () => needs(set, 'gram setup') && stranger.run(folder, 'npx', 'gram', 'doctor'));
  return set === undefined ? undefined : folder;
}

/** Installs everything beside the command line in `folder`, and uses it in every Node. */
export async function checkInstalled(root, list, stranger, packed, folder) {
  const all = await list.check('npm install of all packages beside it', () => stranger.run(needs(folder, 'gram setup'), 'npm', 'install', ...packed.map(({ name }) => name), 'vitest', typesOfNode));
  await list.check('nothing that is installed asks for an install script', () => needs(all, 'npm install') && checkScripts(folder));
  await list.check('a consumer in TypeScript has the types of all packages (NodeNext)', () => needs(all, 'npm install') && checkTypes(root, stranger, packed, folder));
  for (const version of nodeVersions) await checkNode(list, stranger, packed, { folder, version, all });
  await checkLowestPeers(list, stranger, packed);
}

async function checkNode(list, stranger, packed, { folder, version, all }) {
  const node = await list.check(`Node ${version} is brought`, () => bringNode(stranger, version));
  await list.check(`every package is imported in Node ${version}`, () => needs(node, `Node ${version}`) && needs(all, 'npm install') && importPackages(stranger, packed, folder, node));
  await list.check(`gram train in Node ${version}`, () => needs(node, `Node ${version}`) && needs(all, 'npm install') && train(stranger, folder, node, `runs/node-${version}`));
}

function importPackages(stranger, packed, folder, node) {
  stranger.write(folder, 'import-all.mjs', importAll(packed));
  return stranger.run(folder, node, 'import-all.mjs');
}

/** Trains a run of seconds. @throws Failure where its report says nothing of quality */
export async function train(stranger, folder, node, run, configuration = tinyExperiment) {
  stranger.write(folder, 'tiny.yaml', configuration);
  await stranger.run(folder, node, join('node_modules', '@gramkit', 'cli', 'bin', 'gram.js'), 'train', 'tiny.yaml', '--set', `output=${run}`);
  const report = JSON.parse(readFileSync(join(folder, run, 'report.json'), 'utf8'));
  if (!(report.steps > 0)) throw new Failure(`the report of ${run} tells of no step: ${JSON.stringify(report).slice(0, 300)}`, `look into ${join(folder, run)}`);
}

/** npm 11 asks before it runs install scripts, and tfjs-node-gpu's own fails. */
function checkScripts(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  const withScripts = Object.entries(packages).filter(([, { hasInstallScript, optional }]) => hasInstallScript && !optional).map(([path]) => path);
  if (withScripts.length > 0) throw new Failure(`these have install scripts: ${withScripts.join(', ')}`, 'replace the dependency, or bring it in gram setup');
}

async function checkTypes(root, stranger, packed, folder) {
  stranger.write(folder, 'consumer.ts', typedConsumer(packed));
  stranger.write(folder, 'tsconfig.json', typedConsumerSettings);
  const said = await stranger.run(folder, ...installedProgram(root, 'typescript', 'tsc'), '-p', 'tsconfig.json').catch((error) => error.details ?? Promise.reject(error));
  // All declarations are read, those of others too: only what is wrong in ours counts.
  const ours = said.split('\n').filter((line) => /^(consumer\.ts.*|node_modules\/(@gramkit|create-gramkit-plugin)\/.*)?error TS/.test(line));
  if (ours.length > 0) throw new Failure('the types do not fit', 'npm run pack, and read dist/*.d.ts', { details: ours.join('\n') });
}

/** The lowest versions that the packages allow of what they share with their users: peers, and the schema library of a plugin's options. */
export function lowestVersions(packed) {
  const asked = packed.flatMap(({ manifest }) => [...Object.entries(manifest.peerDependencies ?? {}), ...Object.entries(manifest.dependencies ?? {}).filter(([name]) => name === 'zod')]);
  const foreign = asked.filter(([name]) => !packed.some((one) => one.name === name));
  const lowest = new Map();
  // Of several ranges the highest lowest version: below it some package would refuse.
  for (const [name, range] of foreign) lowest.set(name, [lowest.get(name), semver.minVersion(range).version].filter(Boolean).sort(semver.rcompare)[0]);
  return lowest;
}

async function checkLowestPeers(list, stranger, packed) {
  const lowest = lowestVersions(packed);
  const folder = stranger.folder('lowest', { 'package.json': JSON.stringify({ name: 'lowest', private: true, type: 'module' }) });
  const what = [...lowest].map(([name, version]) => `${name}@${version}`);
  const installed = await list.check(`npm install with ${what.join(', ')}`, async () => {
    await stranger.run(folder, 'npm', 'install', '--save-exact', ...what, ...packed.map(({ name }) => name));
    for (const [name, version] of lowest) checkAlone(folder, name, version);
  });
  await list.check('every package is imported with them', () => needs(installed, 'npm install') && importPackages(stranger, packed, folder, process.execPath));
  await list.check('gram train with them', () => needs(installed, 'npm install') && train(stranger, folder, process.execPath, 'runs/lowest'));
}

/** That version, and no other beside it. */
function checkAlone(folder, name, version) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  const copies = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`)).map(([path, found]) => `${path} ${found.version}`);
  if (copies.length !== 1 || copies[0] !== `node_modules/${name} ${version}`) throw new Failure(`${name} ${version} was wanted alone, installed is: ${copies.join(', ')}`, 'npm ls in that folder tells who asked for another');
}
