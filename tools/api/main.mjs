import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Failure, reportFailure } from '../workspace/failure.mjs';
import { packageNames } from '../workspace/public-packages.mjs';
import { readChangesets } from './changesets.mjs';
import { surfaceProblems } from './check-surface.mjs';
import { extractReports } from './extract-reports.mjs';
import { readReleased, readReports, writeReports } from './surface-files.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** `npm run api` writes the reports of the public surfaces and says what else is wanting; with `--check` it writes nothing and fails. */
async function main() {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const extracted = await extractReports(root);
  if (!values.check) {
    const changed = writeReports(root, extracted);
    process.stdout.write(changed.length === 0 ? 'api/: nothing changed\n' : changed.map((file) => `${file}\n`).join(''));
  }
  const problems = surfaceProblems({ extracted, written: readReports(root), released: readReleased(root), packageNames: packageNames(root), changesets: readChangesets(root) });
  if (problems.length === 0) return;
  const details = problems.join('\n\n');
  if (values.check) throw new Failure('the public surface changed, and not all that tells of it', 'the commands above; docs/versioning.md says why', { details });
  process.stderr.write(`\n${details}\n`);
}

await main().catch((error) => {
  process.exitCode = reportFailure(error);
});
