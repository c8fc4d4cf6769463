import { expect, test } from 'vitest';
import { withRanges } from './example-ranges.mjs';

test('ranges of what is released follow it, in every list; others stay', () => {
  const text = '{\n  "peerDependencies": { "@gramkit/spec": "^0.1.0", "zod": "^0.1.0" },\n  "devDependencies": { "@gramkit/spec": "^0.1.0", "@gramkit/cli": "^0.1.0" }\n}\n';
  const releases = [{ name: '@gramkit/spec', oldVersion: '0.1.0', newVersion: '0.2.0' }];
  expect(withRanges(text, releases)).toBe('{\n  "peerDependencies": { "@gramkit/spec": "^0.2.0", "zod": "^0.1.0" },\n  "devDependencies": { "@gramkit/spec": "^0.2.0", "@gramkit/cli": "^0.1.0" }\n}\n');
});
