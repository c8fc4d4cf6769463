import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import applyReleasePlan from '@changesets/apply-release-plan';
import { read as readConfiguration } from '@changesets/config';
import getReleasePlan from '@changesets/get-release-plan';
import { getPackages } from '@manypkg/get-packages';
import { Failure, reportFailure } from '../workspace/failure.mjs';
import { programOutput } from '../workspace/program-output.mjs';
import { packageNames } from '../workspace/public-packages.mjs';
import { readChangesets } from './changesets.mjs';
import { surfaceProblems } from './check-surface.mjs';
import { releaseExamples } from './example-ranges.mjs';
import { extractReports } from './extract-reports.mjs';
import { releaseBelowOne } from './release-below-one.mjs';
import { readReleased, readReports, recordReleased } from './surface-files.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * `npm run release:prepare`: turns the changesets into versions and changelogs, as `changeset version` does but for the rule of versions
 * below 1, and records the public surfaces as released. What it writes is for a person to read and commit.
 */
async function prepareRelease() {
  const changesets = readChangesets(root);
  if (changesets.length === 0) throw new Failure('there is no changeset, so nothing to release', 'npx changeset');
  const problems = surfaceProblems({ extracted: await extractReports(root), written: readReports(root), released: readReleased(root), packageNames: packageNames(root), changesets });
  if (problems.length > 0) throw new Failure('the public surface is not what the reports and changesets tell', 'npm run api', { details: problems.join('\n\n') });
  const plan = await getReleasePlan(root);
  const releases = plan.releases.map(releaseBelowOne);
  const packages = await getPackages(root);
  await applyReleasePlan({ ...plan, releases }, packages, await readConfiguration(root, packages));
  releaseExamples(root, releases);
  await programOutput('npm install', ['npm', 'install', '--package-lock-only', '--ignore-scripts'], { cwd: root, again: 'npm run release:prepare' });
  recordReleased(root);
  for (const { name, oldVersion, newVersion, type } of releases) if (type !== 'none') process.stdout.write(`${name} ${oldVersion} -> ${newVersion}\n`);
  process.stdout.write('\nNext: read the difference, commit it, npm test, npm run test:packages, then npm publish of each file in runs/packages (docs/versioning.md)\n');
}

await prepareRelease().catch((error) => {
  process.exitCode = reportFailure(error);
});
