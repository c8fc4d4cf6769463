import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { ProgressLine } from './progress-line.mjs';
import { runProgram } from './program.mjs';

const installCommand = ['npm', 'ci', '--prefer-offline', '--loglevel=http'];

/** Installs the workspace's packages where they are not what package-lock.json says. @throws Failure */
export async function installPackages(root) {
  if (whatIsMissing(root) === undefined) return;
  const expected = Object.keys(lockedPackages(join(root, 'package-lock.json'))).filter((path) => path.includes('node_modules/')).length;
  const line = new ProgressLine('installing packages:');
  const output = [];
  let fetched = 0;
  const onLine = (text) => {
    if (text.startsWith('npm http ')) {
      if (text.includes('.tgz')) line.update(++fetched, Math.max(expected, fetched));
    } else output.push(text);
  };
  const { exitCode, interrupted } = await runProgram(installCommand, { cwd: root, onLine });
  line.end(exitCode === 0 ? 'done' : 'failed');
  if (interrupted) throw new Failure('installing was interrupted', 'npm ci', { exitCode: 130 });
  if (exitCode !== 0) throw explainInstall(exitCode, output.join('\n'));
  const missing = whatIsMissing(root);
  if (missing !== undefined) throw new Failure(`npm ci ended well, but ${missing}`, 'rm -rf node_modules && npm ci');
}

/** What of package-lock.json is not installed as it says; undefined where all is. Compares npm's own record and looks that each folder is there. */
export function whatIsMissing(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return 'the packages are not installed';
  const installed = lockedPackages(record);
  for (const [path, wanted] of Object.entries(lockedPackages(join(root, 'package-lock.json')))) {
    if (!path.includes('node_modules/')) continue;
    const found = installed[path];
    if (found === undefined && !wanted.link) {
      if (wanted.optional || wanted.devOptional) continue;
      return `${path} is not installed`;
    }
    if (found?.version !== wanted.version) return `${path} is installed in version ${found?.version}, not ${wanted.version}`;
    if (!existsSync(join(root, path, 'package.json'))) return `${path} is gone`;
  }
  return undefined;
}

/** Folders of the workspace's own packages. */
export function workspaceFolders(root) {
  return Object.values(lockedPackages(join(root, 'package-lock.json')))
    .filter((entry) => entry.link)
    .map((entry) => entry.resolved)
    .sort();
}

/** Those of them that have tests. */
export function testedFolders(root) {
  return workspaceFolders(root).filter((folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).scripts?.test !== undefined);
}

function lockedPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** What npm said, as one cause and one command. */
export function explainInstall(exitCode, output) {
  const again = 'npm ci';
  if (/ENOSPC/.test(output)) return new Failure('the disk is full: the packages need about 700 MB', `make room (npm cache clean --force frees npm's cache), then: ${again}`);
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT|network/i.test(output)) {
    return new Failure('the package registry cannot be reached', `check the network, and the registry that this prints: npm config get registry; then: ${again}`, { details: firstErrors(output) });
  }
  if (/EACCES|EPERM/.test(output)) return new Failure('npm may not write here or into its cache', `sudo chown -R "$(id -un)" . "$(npm config get cache)", then: ${again}`, { details: firstErrors(output) });
  if (/EUSAGE/.test(output)) return new Failure('package-lock.json does not fit the package.json files', 'npm install', { details: firstErrors(output) });
  return new Failure(`npm ci failed with exit code ${exitCode}`, again, { details: firstErrors(output) });
}

function firstErrors(output) {
  return output
    .split('\n')
    .filter((line) => /npm (error|ERR!)/.test(line))
    .slice(0, 12)
    .join('\n');
}
