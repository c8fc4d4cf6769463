import { expect, it } from 'vitest';
import { spellOutRepeatedValues } from './repeated-values.js';

const spell = (words: string) => spellOutRepeatedValues(words.split(' '), ['--set', '--limit']).join(' ');

it('repeats the option before every further assignment', () => {
  expect(spell('train c.yaml --set a.b=1 c=2 d=x=y')).toBe('train c.yaml --set a.b=1 --set c=2 --set d=x=y');
});

it('leaves a configuration that follows, and other options, alone', () => {
  expect(spell('train --set a=1 c.yaml b=2')).toBe('train --set a=1 c.yaml b=2');
  expect(spell('train --set a=1 --json b=2')).toBe('train --set a=1 --json b=2');
});

it('tells the options apart', () => {
  expect(spell('compare --set a=1 --limit end-to-end=30s frozen=5s')).toBe('compare --set a=1 --limit end-to-end=30s --limit frozen=5s');
});
