import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countTests, removeTestResults, summaryLine } from './test-results.mjs';

function folderWith(report) {
  const folder = mkdtempSync(join(tmpdir(), 'gram-results-'));
  if (report !== undefined) writeFileSync(join(folder, 'test-results.json'), JSON.stringify(report));
  return folder;
}

const passing = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }] };
const failing = { ...passing, numFailedTests: 2, testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }] }] };
const notCompiling = { ...passing, testResults: [{ status: 'failed', assertionResults: [] }] };

it('adds up what the packages report', () => {
  expect(countTests([folderWith(passing), folderWith(failing)])).toEqual({ passed: 6, failed: 2, skipped: 2 });
});

it('counts a file that does not compile, and a run that left no report, as failures', () => {
  expect(countTests([folderWith(notCompiling)])).toEqual({ passed: 3, failed: 1, skipped: 1 });
  expect(countTests([folderWith(undefined)])).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

it('does not count an earlier run', () => {
  const folder = folderWith(passing);
  removeTestResults([folder]);
  expect(existsSync(join(folder, 'test-results.json'))).toBe(false);
  expect(countTests([folder]).failed).toBe(1);
});

it('ends with one line', () => {
  expect(summaryLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
  expect(summaryLine({ passed: 12, failed: 1, skipped: 3 })).toBe('12 passed, 1 failed, 3 skipped');
});
