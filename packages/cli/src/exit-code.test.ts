import { GramkitError } from '@gramkit/spec';
import { expect, it } from 'vitest';
import { exitCodeOf } from './exit-code.js';

it('tells bad configuration, interruption and failure apart', () => {
  expect(exitCodeOf(new GramkitError('CONFIGURATION_INVALID', 'x'))).toBe(2);
  expect(exitCodeOf(new GramkitError('PLUGIN_NOT_FOUND', 'x'))).toBe(2);
  expect(exitCodeOf(new GramkitError('USAGE', 'x'))).toBe(2);
  expect(exitCodeOf(new GramkitError('INTERRUPTED', 'x'))).toBe(130);
  expect(exitCodeOf(new GramkitError('DATA_MALFORMED', 'x'))).toBe(1);
  expect(exitCodeOf(new Error('x'))).toBe(1);
  expect(exitCodeOf(Object.assign(new Error('x'), { [Symbol.for('gramkit.error')]: true, code: 'CODE_OF_ANOTHER_VERSION', details: {} }))).toBe(1);
});
