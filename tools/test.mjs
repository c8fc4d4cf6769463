import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackages, nx, nxEnvironment } from './workspace/build.mjs';
import { Failure, reportFailure } from './workspace/failure.mjs';
import { gram } from './workspace/gram.mjs';
import { installPackages, testedFolders } from './workspace/install.mjs';
import { installedProgram } from './workspace/installed-program.mjs';
import { checkNodeVersion } from './workspace/node-version.mjs';
import { runProgram } from './workspace/program.mjs';
import { addCounts, countTests, noTests, removeTestResults, summaryLine } from './workspace/test-results.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A stage that is one program; it shows its own output. `command` is asked for when it runs: before, nothing may be installed. */
function stage(name, command, fix, env = {}) {
  return async () => {
    process.stderr.write(`\n== ${name}\n`);
    const { exitCode, interrupted } = await runProgram(command(), { cwd: root, env });
    if (interrupted) throw new Failure(`${name} was interrupted`, 'npm test', { exitCode: 130 });
    if (exitCode !== 0) throw new Failure(`${name} failed`, `mend what it says above; to run it alone: ${fix}`);
  };
}

const checks = [
  () => buildPackages(root),
  stage('lint', () => [...installedProgram(root, 'eslint'), '.'], 'npm run lint'),
  stage('type check', () => [...installedProgram(root, 'typescript', 'tsc'), '--noEmit', '-p', 'tsconfig.json'], 'npm run typecheck'),
  stage('generated pages', () => [process.execPath, '--conditions=@gramkit/source', '--import', 'tsx', 'tools/documentation/generated-pages.ts', '--check'], 'npm run docs -- --check'),
  stage('public surface', () => [process.execPath, 'tools/api/main.mjs', '--check'], 'npm run api -- --check'),
  stage('set-up', () => gram(root, 'setup', '--cpu'), 'npx gram setup --cpu'),
];

const tests = [
  stage('the tutorial and the plugin guide, command by command', () => [process.execPath, '--conditions=@gramkit/source', '--import', 'tsx', 'tools/documentation/test-pages.ts', 'docs/tutorial.md', 'docs/plugins.md'], 'npm run test:docs'),
  stage('tests of the tools', () => [...installedProgram(root, 'vitest'), 'run', '--root', 'tools'], 'npx vitest run --root tools'),
  stage('tests of the packages', () => nx(root, 'run-many', '-t', 'test', '--parallel=2', '--outputStyle=stream-without-prefixes'), 'npx nx run-many -t test', nxEnvironment),
];

/** Runs every stage, also after a failure, and tells how many failed; stops at once where the user interrupts. */
async function countFailures(stages) {
  let failures = 0;
  for (const run of stages) {
    try {
      await run();
    } catch (error) {
      if (error.exitCode === 130) throw error;
      reportFailure(error);
      failures++;
    }
  }
  return failures;
}

/** `npm test`: a failed check counts as a failed test; the tests' own failures are counted one by one. */
async function test() {
  checkNodeVersion(root);
  await installPackages(root);
  const folders = ['tools', ...testedFolders(root)].map((folder) => join(root, folder));
  removeTestResults(folders);
  const failedChecks = await countFailures(checks);
  const failedRuns = await countFailures(tests);
  const counts = addCounts({ ...noTests, failed: failedChecks }, countTests(folders));
  // A run that failed although every test in its report passed (an error outside the tests) must not pass.
  return failedRuns > 0 && counts.failed === 0 ? { ...counts, failed: failedRuns } : counts;
}

try {
  const counts = await test();
  process.stdout.write(`\n${summaryLine(counts)}\n`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
} catch (error) {
  process.exitCode = reportFailure(error);
  process.stdout.write(`\n${summaryLine({ ...noTests, failed: 1 })}\n`);
}
