import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../workspace/failure.mjs';
import { installedProgram } from '../workspace/installed-program.mjs';
import { needs } from './check-list.mjs';
import { tinyExperiment } from './consumer.mjs';
import { train } from './installed-checks.mjs';

const kinds = ['tokenizer', 'encoder', 'model', 'strategy', 'optimizer', 'reader'];

/** Scaffolds a plugin of every kind and does with it what its README says; then the encoder, packed, in somebody else's project. */
export async function checkPlugins(root, list, stranger, consumer) {
  for (const kind of kinds) await checkScaffold(list, stranger, kind);
  const project = join(stranger.home, 'trial-encoder');
  const published = await list.check('a scaffolded encoder is packed and installed in another project', () => installPacked(stranger, project, needs(consumer, 'the installation')));
  await list.check('gram train with it, by its name', () => needs(published, 'installing it') && train(stranger, consumer, process.execPath, 'runs/plugin', withEncoder('trial')));
  await list.check('the same with a second copy of @gramkit/spec under it', () => needs(published, 'installing it') && trainWithNested(stranger, consumer));
  await list.check('the same with @gramkit/spec and zod bundled into it', () => needs(published, 'installing it') && trainBundled(root, stranger, project, consumer));
}

async function checkScaffold(list, stranger, kind) {
  const project = join(stranger.home, `trial-${kind}`);
  const made = await list.check(`npm create gramkit-plugin: ${kind}`, () =>
    stranger.run(stranger.home, 'npm', 'create', 'gramkit-plugin', '--', '--kind', kind, '--name', 'trial', '--directory', project, '--yes'));
  const installed = await list.check(`${kind}: npm install`, () => needs(made, 'npm create') && stranger.run(project, 'npm', 'install'));
  const scripts = made === undefined ? {} : JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).scripts;
  for (const script of Object.keys(scripts).filter((name) => !name.startsWith('pre'))) {
    await list.check(`${kind}: npm run ${script}`, () => needs(installed, 'npm install') && stranger.run(project, 'npm', 'run', script));
  }
}

const pluginName = 'gramkit-encoder-trial';

function withEncoder(use) {
  return tinyExperiment.replace('{ use: bert }', `{ use: ${use}, dimension: 8 }`);
}

async function installPacked(stranger, project, consumer) {
  await stranger.run(project, 'npm', 'pack', '--ignore-scripts', '--pack-destination', stranger.home);
  const tarball = readdirSync(stranger.home).find((name) => name.startsWith(pluginName) && name.endsWith('.tgz'));
  await stranger.run(consumer, 'npm', 'install', join(stranger.home, tarball));
}

/** As npm lays a tree out in which somebody needs another version. */
async function trainWithNested(stranger, consumer) {
  const nested = join(consumer, 'node_modules', pluginName, 'node_modules', '@gramkit', 'spec');
  cpSync(join(consumer, 'node_modules', '@gramkit', 'spec'), nested, { recursive: true });
  const manifest = join(nested, 'package.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"version": "[^"]+"/, '"version": "0.0.1"'));
  await train(stranger, consumer, process.execPath, 'runs/nested', withEncoder('trial'));
  await refusesUnknownOption(stranger, consumer, 'trial');
}

async function trainBundled(root, stranger, project, consumer) {
  stranger.write(project, 'tsup.bundled.mjs', "export default { entry: ['src/index.ts'], format: ['esm'], outDir: 'bundled', noExternal: ['@gramkit/spec', 'zod'] };\n");
  await stranger.run(project, ...installedProgram(root, 'tsup'), '--config', 'tsup.bundled.mjs');
  const bundled = readFileSync(join(project, 'bundled', 'index.js'), 'utf8');
  if (/from ["'](@gramkit\/spec|zod)["']/.test(bundled)) throw new Failure('the bundle still asks for @gramkit/spec or zod', 'correct the call of tsup in tools/packages/plugin-checks.mjs');
  writeFileSync(join(consumer, 'bundled-encoder.mjs'), bundled);
  await train(stranger, consumer, process.execPath, 'runs/bundled', withEncoder('./bundled-encoder.mjs'));
  await refusesUnknownOption(stranger, consumer, './bundled-encoder.mjs');
}

/** A mistake is told as one, with the exit code of bad configuration, whichever copy of the errors and schemas found it. */
async function refusesUnknownOption(stranger, consumer, use) {
  stranger.write(consumer, 'wrong.yaml', withEncoder(use).replace('dimension: 8', 'dimensoin: 8'));
  const gram = [process.execPath, join('node_modules', '@gramkit', 'cli', 'bin', 'gram.js'), 'train', 'wrong.yaml'];
  const refused = await stranger.run(consumer, ...gram).then(() => new Failure('it trained', ''), (error) => error);
  if (!/exit code 2/.test(refused.message) || !/dimension/.test(refused.details)) throw new Failure('an unknown option was not refused with exit code 2 and the nearest right name', gram.join(' '), { details: `${refused.details}\n${refused.message}` });
}

/** The examples of the repository, each as a package of its own: a copy outside, installed from the packages. */
export async function checkExamples(root, list, stranger) {
  for (const name of readdirSync(join(root, 'examples')).filter((entry) => existsSync(join(root, 'examples', entry, 'package.json')))) {
    const project = join(stranger.home, name);
    cpSync(join(root, 'examples', name), project, { recursive: true, filter: (path) => !/[\\/](node_modules|dist|runs)$/.test(path) });
    const installed = await list.check(`example ${name}: npm install`, () => stranger.run(project, 'npm', 'install', '--no-package-lock'));
    const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
    for (const script of Object.keys(scripts).filter((entry) => !entry.startsWith('pre'))) {
      await list.check(`example ${name}: npm run ${script}`, () => needs(installed, 'npm install') && stranger.run(project, 'npm', 'run', script));
    }
  }
}
