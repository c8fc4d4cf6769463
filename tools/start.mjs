import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackages } from './workspace/build.mjs';
import { reportFailure } from './workspace/failure.mjs';
import { gram } from './workspace/gram.mjs';
import { installPackages } from './workspace/install.mjs';
import { checkNodeVersion } from './workspace/node-version.mjs';
import { runProgram } from './workspace/program.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const strategies = ['frozen', 'end-to-end', 'single-step', 'multi-step:10', 'multi-step:1e'];
const comparison = ['tools/start.yaml', '--strategies', strategies.join(','), '--limit', 'end-to-end=30s', '--output', 'runs/start', '--overwrite'];

/**
 * `npm start`: everything from a fresh clone to the comparison of the strategies. What is there already is not done again.
 * The commands print their own failures; their exit code is passed on.
 */
async function start() {
  checkNodeVersion(root);
  await installPackages(root);
  await buildPackages(root);
  const setUp = await runProgram(gram(root, 'setup'), { cwd: root });
  if (setUp.exitCode !== 0) return setUp.exitCode;
  const { exitCode } = await runProgram(gram(root, 'compare', ...comparison, ...process.argv.slice(2)), { cwd: root });
  return exitCode;
}

process.exitCode = await start().catch(reportFailure);
