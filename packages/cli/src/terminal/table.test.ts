import { expect, it } from 'vitest';
import { table } from './table.js';

it('sets columns under their heads, without borders or trailing blanks', () => {
  expect(table(['name', 'n'], [['a', '1'], ['longer', '22']])).toBe('name    n\na       1\nlonger  22');
});
