import { expect, test } from 'vitest';
import { releaseBelowOne } from './release-below-one.mjs';

const release = (type, oldVersion, newVersion) => ({ name: '@gramkit/spec', changesets: ['one'], type, oldVersion, newVersion });

test('a breaking change below 1.0.0 raises the minor number', () => {
  expect(releaseBelowOne(release('major', '0.1.3', '1.0.0'))).toEqual(release('minor', '0.1.3', '0.2.0'));
});

test.each([
  ['major', '1.2.0', '2.0.0'],
  ['minor', '0.1.0', '0.2.0'],
  ['patch', '0.1.0', '0.1.1'],
  ['none', '0.1.0', '0.1.0'],
])('a %s release from %s to %s stays', (...parts) => {
  expect(releaseBelowOne(release(...parts))).toEqual(release(...parts));
});
