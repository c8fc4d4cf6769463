import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const fileName = 'test-results.json';

/** @typedef {{ passed: number, failed: number, skipped: number }} TestCount */

/** Takes away what an earlier run reported, so that it cannot count for this one. */
export function removeTestResults(folders) {
  for (const folder of folders) rmSync(join(folder, fileName), { force: true });
}

/** Adds up what the test runs of `folders` reported. A folder without a report counts as one failure: its run broke down. */
export function countTests(folders) {
  return folders.map(countFolder).reduce(addCounts, noTests);
}

export const noTests = Object.freeze({ passed: 0, failed: 0, skipped: 0 });

/** @returns {TestCount} */
export function addCounts(left, right) {
  return { passed: left.passed + right.passed, failed: left.failed + right.failed, skipped: left.skipped + right.skipped };
}

function countFolder(folder) {
  const file = join(folder, fileName);
  if (!existsSync(file)) return { ...noTests, failed: 1 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  // A file that does not compile, or whose set-up fails, has no failing test to count.
  const broken = report.testResults.filter((suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'));
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length, skipped: report.numPendingTests + report.numTodoTests };
}

/** The line that ends `npm test`. */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
