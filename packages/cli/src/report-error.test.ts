import { readFileSync } from 'node:fs';
import { GramkitError } from '@gramkit/spec';
import { expect, it } from 'vitest';
import { errorReport, errorText } from './report-error.js';

it('keeps what a GramkitError tells', () => {
  const error = new GramkitError('DATA_MALFORMED', 'no number', { file: 'a.csv', line: 3, field: 'score', fix: 'give 0 or 1' });
  expect(errorReport(error)).toEqual({ error: { code: 'DATA_MALFORMED', message: 'no number', file: 'a.csv', line: 3, field: 'score', fix: 'give 0 or 1' } });
  expect(errorText(error)).toBe("error: a.csv:3: no number (field 'score')\nFix: give 0 or 1");
});

it('shows an error of the operating system without a stack trace', () => {
  try {
    readFileSync('no-such-file');
    expect.unreachable();
  } catch (error) {
    expect(errorReport(error).error.code).toBe('ENOENT');
    expect(errorText(error)).toBe(`error: ${(error as Error).message}`);
  }
});

it('owns up to what it did not foresee', () => {
  expect(errorReport(new TypeError('x is not a function')).error.code).toBe('UNEXPECTED');
  expect(errorText(new TypeError('x is not a function'))).toContain('fault of Gramkit');
});
