import { existsSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { reportFailure } from '../workspace/failure.mjs';
import { installPackages } from '../workspace/install.mjs';
import { checkNodeVersion } from '../workspace/node-version.mjs';
import { programOutput } from '../workspace/program-output.mjs';
import { summaryLine } from '../workspace/test-results.mjs';
import { CheckList } from './check-list.mjs';
import { checkInstalled, installCommandLine } from './installed-checks.mjs';
import { startRegistry } from './local-registry.mjs';
import { packPackages } from './pack-packages.mjs';
import { checkExamples, checkPlugins } from './plugin-checks.mjs';
import { Stranger } from './stranger.mjs';
import { checkByPublint, checkFiles, checkManifest, checkTypesResolve } from './tarball-checks.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const help = `npm run test:packages [-- OPTIONS]: packs all public packages and uses them as a stranger would, outside the repository
  --cache FOLDER   the engine's cache to use and keep; left out: an empty one (set-up downloads 0.4 GB), deleted afterwards
  --only PART      tarballs, installed, plugins or examples; may be given again
  --keep           leaves the folders of the strangers, and says where they are
`;

async function checkTarballs(list, packed) {
  for (const one of packed) {
    await list.check(`${one.name}: files`, () => checkFiles(one));
    await list.check(`${one.name}: package.json`, () => checkManifest(one, packed));
    await list.check(`${one.name}: publint`, () => checkByPublint(one));
    await list.check(`${one.name}: are the types wrong`, () => checkTypesResolve(root, one));
  }
}

async function checkAsStranger(list, packed, parts, home, cache) {
  const registry = await startRegistry(packed, await npmSetting('registry'));
  try {
    const stranger = new Stranger({ root, home, registry: registry.url, npmCache: downloadsOf(await npmSetting('cache'), home), cache });
    const consumer = await installCommandLine(list, stranger);
    if (parts.has('installed')) await checkInstalled(root, list, stranger, packed, consumer);
    if (parts.has('plugins')) await checkPlugins(root, list, stranger, consumer);
    if (parts.has('examples')) await checkExamples(root, list, stranger);
  } finally {
    await registry.stop();
  }
}

async function npmSetting(name) {
  return (await programOutput('npm config', ['npm', 'config', 'get', name], { cwd: root, again: 'npm run test:packages' })).trim();
}

/** What npm has downloaded before, without the programs that `npm create` keeps there: one of the same version may be of an earlier day. */
function downloadsOf(npmCache, home) {
  const folder = join(home, 'npm-cache');
  mkdirSync(folder);
  if (existsSync(join(npmCache, '_cacache'))) symlinkSync(join(npmCache, '_cacache'), join(folder, '_cacache'), 'dir');
  return folder;
}

async function test() {
  const { values } = parseArgs({ options: { cache: { type: 'string' }, only: { type: 'string', multiple: true }, keep: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
  if (values.help) return void process.stdout.write(help);
  const parts = new Set(values.only ?? ['tarballs', 'installed', 'plugins', 'examples']);
  checkNodeVersion(root);
  await installPackages(root);
  const packed = await packPackages(root);
  const list = new CheckList();
  if (parts.has('tarballs')) await checkTarballs(list, packed);
  const home = mkdtempSync(join(tmpdir(), 'gramkit-strangers-'));
  try {
    if ([...parts].some((part) => part !== 'tarballs')) await checkAsStranger(list, packed, parts, home, values.cache === undefined ? join(home, 'cache') : resolve(values.cache));
  } finally {
    if (values.keep) process.stderr.write(`kept: ${home}\n`);
    else await rm(home, { recursive: true, force: true });
  }
  process.stdout.write(`\n${summaryLine({ passed: list.passed, failed: list.failed, skipped: 0 })}\n`);
  process.exitCode = list.failed === 0 ? 0 : 1;
}

await test().catch((error) => {
  process.exitCode = reportFailure(error);
});
