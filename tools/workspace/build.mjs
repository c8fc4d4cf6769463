import { Failure } from './failure.mjs';
import { workspaceFolders } from './install.mjs';
import { installedProgram } from './installed-program.mjs';
import { ProgressLine } from './progress-line.mjs';
import { runProgram } from './program.mjs';

/** Nx without what outlives the command or asks questions. */
export const nxEnvironment = { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false', FORCE_COLOR: '0' };

export function nx(root, ...words) {
  return [...installedProgram(root, 'nx'), ...words];
}

/** Builds the packages that are out of date; Nx's cache knows which. @throws Failure with the compiler's output. */
export async function buildPackages(root) {
  const total = workspaceFolders(root).length;
  const line = new ProgressLine('building packages:');
  const output = [];
  let built = 0;
  const onLine = (text) => {
    output.push(text);
    if (/nx run \S+:build/.test(text)) line.update(Math.min(++built, total), total);
  };
  const { exitCode, interrupted } = await runProgram(nx(root, 'run-many', '-t', 'build', '--outputStyle=stream-without-prefixes'), { cwd: root, env: nxEnvironment, onLine });
  line.end(exitCode === 0 ? 'done' : 'failed');
  if (interrupted) throw new Failure('the build was interrupted', 'npm run build', { exitCode: 130 });
  if (exitCode === 0) return;
  throw new Failure('the build failed; the compiler says why above', 'mend it, then: npm run build', { details: output.join('\n') });
}
