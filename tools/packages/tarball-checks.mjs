import { readFileSync } from 'node:fs';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { entryPoints } from '../workspace/entry-points.mjs';
import { Failure } from '../workspace/failure.mjs';
import { installedProgram } from '../workspace/installed-program.mjs';
import { programOutput } from '../workspace/program-output.mjs';
import { publishedManifest } from './published-manifest.mjs';

const again = 'npm run test:packages';

/** @throws Failure with what is in a tarball and should not be, or the other way round. */
export function checkFiles({ name, manifest, files }) {
  const folders = manifest.files.filter((entry) => entry !== 'dist');
  const expected = (path) => ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'].includes(path) || isBuilt(path) || folders.some((folder) => path.startsWith(`${folder}/`));
  const wanted = ['package.json', 'README.md', 'LICENSE', ...entryPoints(manifest).map(({ declarations }) => declarations.slice(2))];
  const problems = [
    ...files.filter((path) => !expected(path)).map((path) => `${path} is in the tarball`),
    ...wanted.filter((path) => !files.includes(path)).map((path) => `${path} is not in the tarball`),
  ];
  if (problems.length > 0) throw new Failure(problems.join('\n'), `correct "files" of ${name}, or tools/packages/pack-packages.mjs`);
}

function isBuilt(path) {
  return /^dist\/.*(\.js|\.js\.map|\.d\.ts)$/.test(path) && !/\.test\.|\.test-d\.|__fixtures__/.test(path);
}

/** @throws Failure where a package.json, as it is published, asks for what only this workspace has, or for less than it needs. */
export function checkManifest({ name, manifest }, packed) {
  const published = publishedManifest(manifest);
  const version = new Map(packed.map((one) => [one.name, one.manifest.version]));
  const asked = Object.entries({ ...published.dependencies, ...published.peerDependencies });
  const ours = asked.filter(([other]) => other.startsWith('@gramkit/'));
  const problems = [
    ...ours.filter(([other]) => !version.has(other)).map(([other]) => `asks for ${other}, which is not published`),
    ...ours.filter(([other, range]) => version.has(other) && range !== `^${version.get(other)}`).map(([other, range]) => `asks for ${other} ${range}, not ^${version.get(other)}`),
    ...['license', 'description', 'engines', 'type'].filter((field) => published[field] === undefined).map((field) => `has no "${field}"`),
    ...(published.type === 'module' ? [] : ['is no ESM package']),
    ...(JSON.stringify(published).includes('@gramkit/source') ? ['exports sources, which are not in the tarball'] : []),
  ];
  if (problems.length > 0) throw new Failure(problems.map((problem) => `${name} ${problem}`).join('\n'), 'correct its package.json');
}

/** @throws Failure with what publint says, suggestions too. */
export async function checkByPublint({ name, tarball }) {
  const { buffer, byteOffset, byteLength } = readFileSync(tarball);
  const { messages, pkg } = await publint({ pack: { tarball: buffer.slice(byteOffset, byteOffset + byteLength) }, strict: true });
  if (messages.length > 0) throw new Failure(messages.map((message) => formatMessage(message, pkg, { color: false })).join('\n'), `correct the package.json of ${name}`);
}

/** ESM alone is published: what CommonJS would find is not asked. @throws Failure with what are-the-types-wrong says. */
export async function checkTypesResolve(root, { name, manifest, tarball }) {
  if (entryPoints(manifest).length === 0) return;
  await programOutput(`are-the-types-wrong of ${name}`, [...installedProgram(root, '@arethetypeswrong/cli', 'attw'), tarball, '--profile', 'esm-only', '--no-color', '--no-emoji'], { cwd: root, again });
}
