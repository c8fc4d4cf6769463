import { describe, expect, it } from 'vitest';
import { errorCategory, errorCodes, formatError, GramkitError, isGramkitError } from './errors.js';

describe('GramkitError', () => {
  it('is recognised by brand, also when another copy of the package made it', () => {
    const foreign = Object.assign(new Error('elsewhere'), { [Symbol.for('gramkit.error')]: true, code: 'DATA_EMPTY', details: {} });
    expect(isGramkitError(new GramkitError('DATA_EMPTY', 'none'))).toBe(true);
    expect(isGramkitError(foreign)).toBe(true);
    expect(isGramkitError(new Error('plain'))).toBe(false);
    expect(isGramkitError(undefined)).toBe(false);
  });

  it('reads as place, message, field, alternatives and fix', () => {
    const error = new GramkitError('DATA_MALFORMED', "correctness is '2', expected 0 or 1", {
      file: 'train.csv', line: 3, field: 'correctness', alternatives: ['0', '1'], fix: 'correct the line',
    });
    expect(formatError(error)).toBe("train.csv:3: correctness is '2', expected 0 or 1 (field 'correctness')\nThere is: 0, 1.\nFix: correct the line");
  });

  it('keeps its cause', () => {
    const cause = new Error('below');
    expect(new GramkitError('ENGINE_FAILED', 'above', { cause }).cause).toBe(cause);
  });

  it('has every code in exactly one category', () => {
    const all = Object.values(errorCodes).flat();
    expect(new Set(all).size).toBe(all.length);
    expect(errorCategory('USAGE')).toBe('configuration');
    expect(errorCategory('NO_SUCH_CODE')).toBeUndefined();
  });
});
