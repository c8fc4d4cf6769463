import { copyFile, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { GramkitError } from '@gramkit/spec';
import { assetPath } from '../assets.js';
import { textChecksum } from '../cache/checksum.js';
import { diskFull, setupCommand } from './failures.js';
import { addonVersion } from './pins.js';
import { ProgressMeter } from './progress.js';
import { runProgram } from './run-program.js';
import type { Stage, StageContext } from './stage.js';
import { tensorflowLibraries } from './tensorflow-stage.js';
import { compiler, npm } from './tools.js';

const installedBytes = 400_000_000;
const napiVersion = 8;
const packageFolder = 'node_modules/@tensorflow/tfjs-node-gpu';
const binaryFolder = `${packageFolder}/lib/napi-v${napiVersion}`;

/** The addon, where tfjs-node-gpu looks for it, the module that is loaded before it, and our operations. Relative to the stage's folder. */
export const addonPaths = { addon: `${binaryFolder}/tfjs_binding.node`, quietLoad: `${binaryFolder}/quiet_load.node`, operations: `${binaryFolder}/operations.node` } as const;

/** What is compiled into the addon beside tfjs-node's own sources; the first includes one of those. */
const bindingSources = ['addon/binding/binding.cc', 'addon/binding/graph_functions.cc', 'addon/binding/adam_update.cc', 'addon/binding/row_update.cc', 'addon/binding/zeros.cc'];

/** tfjs-node-gpu out of the npm registry, its addon built from its own sources and ours against the library of `tensorflow`. */
export async function addonStage(tensorflow: Stage): Promise<Stage> {
  const sources = ['tfjs-node/package.json', 'tfjs-node/package-lock.json', 'addon/quiet_load.cc', ...(await operationFiles()), 'addon/list-modules.mjs', 'addon/binding/binding.h', 'addon/binding/tensors.h', ...bindingSources];
  const texts = await Promise.all(sources.map((name) => readFile(assetPath(name), 'utf8')));
  return {
    name: 'addon',
    title: `tfjs-node-gpu ${addonVersion} and its addon`,
    directory: `engine/tfjs-node-gpu-${addonVersion}`,
    fingerprint: `3:${textChecksum(texts.join('\0'))}:${tensorflow.fingerprint}`,
    neededBytes: installedBytes,
    async build(directory, context) {
      await installPackages(directory, context);
      await removeSourceMaps(directory);
      const links = await linkLibraries(directory, basename(tensorflow.directory));
      await compileAddon(directory, context);
      return [...(await listLoadedFiles(directory, context)), ...links];
    },
  };
}

/** Sources and headers of our operations, beside each other in one folder. */
async function operationFiles(): Promise<string[]> {
  return (await readdir(assetPath('addon/operations'))).sort().map((name) => `addon/operations/${name}`);
}

async function installPackages(directory: string, context: StageContext): Promise<void> {
  const command = await npm.find();
  for (const name of ['package.json', 'package-lock.json']) await copyFile(assetPath(`tfjs-node/${name}`), join(directory, name));
  const lock = JSON.parse(await readFile(join(directory, 'package-lock.json'), 'utf8')) as { packages: Record<string, unknown> };
  const total = Object.keys(lock.packages).length - 1;
  const meter = new ProgressMeter(context.onProgress, { stage: context.stage, total, unit: 'packages', message: `installing tfjs-node-gpu ${addonVersion}` });
  const { code, output } = await runProgram([...command, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=dev', '--loglevel=http'], {
    directory,
    environment: environmentOfNpm(),
    onLine: (line) => void (/fetch GET 200 .*\.tgz/.test(line) && meter.add(1)),
    signal: context.signal,
  });
  if (code !== 0) throw explainInstall(output, directory);
  meter.finish();
}

/** Without what the npm that may be running us told its children about the folder it runs in. */
function environmentOfNpm(): NodeJS.ProcessEnv {
  const foreign = /^npm_(?:config_(?:local_prefix|prefix|global|workspaces?|include_workspace_root|dry_run|package_lock|omit|include)|package_|lifecycle_)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

function explainInstall(output: string, directory: string): GramkitError {
  const lastLines = output.trim().split('\n').filter((line) => /npm (?:ERR!|error)(?!\s+at )/.test(line)).slice(0, 6).join('\n');
  if (/ENOSPC|EDQUOT/.test(output)) return diskFull(directory, installedBytes);
  if (/EINTEGRITY/.test(output)) {
    return new GramkitError('SETUP_CHECKSUM', `a package of tfjs-node-gpu does not match its checksum:\n${lastLines}`, {
      fix: `npm cache clean --force, then run: ${setupCommand}`,
    });
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|network/i.test(output)) {
    return new GramkitError('SETUP_NETWORK', `tfjs-node-gpu could not be installed: npm does not reach its registry\n${lastLines}`, {
      fix: `check the network (npm's own settings for a proxy or a mirror apply), then run: ${setupCommand}`,
      cause: new Error(output),
    });
  }
  return new GramkitError('SETUP_FAILED', `npm could not install tfjs-node-gpu:\n${lastLines}`, { fix: `mend what npm reports, then run: ${setupCommand}` });
}

/** They are two thirds of what npm installs, and nothing reads them. */
async function removeSourceMaps(directory: string): Promise<void> {
  const entries = await readdir(join(directory, 'node_modules'), { recursive: true, withFileTypes: true });
  const maps = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.map'));
  await Promise.all(maps.map((entry) => rm(join(entry.parentPath, entry.name))));
}

/** Puts the libraries where the addon looks for them: links, since the greater one has 788 MB. */
async function linkLibraries(directory: string, tensorflowFolder: string): Promise<string[]> {
  const folder = `${packageFolder}/deps/lib`;
  await mkdir(join(directory, folder), { recursive: true });
  const toLibraries = join(relative(join(directory, folder), join(directory, '..')), tensorflowFolder, 'lib');
  for (const library of tensorflowLibraries) await symlink(join(toLibraries, library), join(directory, folder, library));
  await symlink('libtensorflow_cc.so.2', join(directory, folder, 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(directory, folder, 'libtensorflow_framework.so'));
  await symlink(join(relative(join(directory, packageFolder, 'deps'), join(directory, '..')), tensorflowFolder, 'include'), join(directory, packageFolder, 'deps/include'));
  return [...tensorflowLibraries, 'libtensorflow.so', 'libtensorflow_framework.so'].map((name) => `${folder}/${name}`);
}

/** Builds our modules and the addon, of tfjs-node's unmodified sources and ours. Their paths to libraries are relative, so that the cache can be moved. */
async function compileAddon(directory: string, context: StageContext): Promise<void> {
  const command = await compiler.find();
  const shared = [
    ...command, '-std=c++17', '-O2', '-fPIC', '-shared', `-DNAPI_VERSION=${napiVersion}`,
    '-I', join(directory, 'node_modules/node-api-headers/include'), '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ];
  const inPackage = join(directory, packageFolder);
  const meter = new ProgressMeter(context.onProgress, { stage: context.stage, total: 3, unit: 'files', message: 'compiling the addon (about 30 seconds)' });
  await mkdir(join(directory, binaryFolder), { recursive: true });
  await compile([...shared, assetPath('addon/quiet_load.cc'), '-o', join(directory, addonPaths.quietLoad), '-ldl'], inPackage, context);
  meter.add(1);
  await compile([
    ...shared, '-O3', '-fno-math-errno', '-fno-trapping-math', '-pthread', '-I', 'deps/include',
    ...(await operationFiles()).filter((name) => name.endsWith('.cc')).map(assetPath),
    '-o', join(directory, addonPaths.operations), '-L', 'deps/lib', '-ltensorflow_framework',
  ], inPackage, context);
  meter.add(1);
  await compile([
    ...shared, '-O3', '-fno-math-errno', '-fno-trapping-math', '-fno-access-control', '-I', '.', '-I', '..', '-I', 'deps/include',
    'binding/tfjs_backend.cc', ...bindingSources.map(assetPath),
    '-o', join(directory, addonPaths.addon), '-L', 'deps/lib', '-ltensorflow', '-ltensorflow_framework',
  ], inPackage, context);
  meter.finish();
}

async function compile(command: string[], directory: string, context: StageContext): Promise<void> {
  const { code, output } = await runProgram(command, { directory, signal: context.signal });
  if (code === 0) return;
  if (/No space left on device/.test(output)) throw diskFull(directory, installedBytes);
  const firstError = output.split('\n').find((line) => /error|cannot find/i.test(line)) ?? output.trim().slice(-500);
  throw new GramkitError('SETUP_FAILED', `${command[0]} could not build tfjs-node's addon: ${firstError}`, {
    fix: `install a C++17 compiler with its standard library and linker (apt-get install -y g++ binutils), then run: ${setupCommand}`,
    cause: new Error(output),
  });
}

/** Loads the addon once in a process of its own: proof that it works, and the list of files that loading reads. */
async function listLoadedFiles(directory: string, context: StageContext): Promise<string[]> {
  const { code, output } = await runProgram([process.execPath, assetPath('addon/list-modules.mjs'), directory], { signal: context.signal });
  const line = output.split('\n').find((text) => text.startsWith('loaded: '));
  if (code === 0 && line !== undefined) return JSON.parse(line.slice('loaded: '.length)) as string[];
  throw new GramkitError('SETUP_FAILED', `the addon was built but does not load:\n${output.trim().split('\n').slice(-6).join('\n')}`, {
    fix: `use a Linux with glibc 2.27 or later and libstdc++, then run: ${setupCommand}`,
  });
}
