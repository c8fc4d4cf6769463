import { expect, test } from 'vitest';
import { fingerprint, surfaceProblems } from './check-surface.mjs';

const before = 'export const one: 1;\n';
const after = 'export const one: 2;\n';
const naming = (type, name = '@gramkit/spec') => ({ file: '.changeset/x.md', summary: 'x', releases: [{ name, type }] });

/** `@gramkit/spec` with a surface, a report, the surface of its last release, and changesets. */
function problems({ source = before, report = before, release = before, changesets = [] }) {
  return surfaceProblems({
    extracted: [{ packageName: '@gramkit/spec', file: 'spec.api.md', report: source }],
    written: new Map(report === null ? [] : [['spec.api.md', report]]),
    released: release === null ? {} : { 'spec.api.md': fingerprint(release) },
    packageNames: ['@gramkit/spec', '@gramkit/tensor'],
    changesets,
  });
}

test('what is as it was released needs nothing', () => {
  expect(problems({})).toEqual([]);
});

test('a surface that the report does not tell is refused, with the lines and the command', () => {
  const [problem, ...others] = problems({ source: after });
  expect(problem).toContain('api/spec.api.md says:\n  - export const one: 1;\n  + export const one: 2;');
  expect(problem).toContain('npm run api');
  expect(others.join()).toContain('npx changeset');
});

test('a report that was brought up to date still needs a changeset', () => {
  const [problem, ...others] = problems({ source: after, report: after });
  expect(problem).toContain('@gramkit/spec has another public surface than at its last release');
  expect(problem).toContain('npx changeset');
  expect(others).toEqual([]);
});

test.each(['patch', 'minor', 'major'])('a %s changeset that names the package satisfies it', (type) => {
  expect(problems({ source: after, report: after, changesets: [naming(type)] })).toEqual([]);
});

test('a changeset of no type does not, nor one of another package', () => {
  expect(problems({ source: after, report: after, changesets: [naming('none')] })).toHaveLength(1);
  expect(problems({ source: after, report: after, changesets: [naming('minor', '@gramkit/tensor')] })).toHaveLength(1);
});

test('a changeset that names no package is refused', () => {
  expect(problems({ changesets: [naming('minor', '@gramkit/gone')] }).join()).toContain('.changeset/x.md names @gramkit/gone');
});

test('a package that was never released needs a changeset', () => {
  expect(problems({ release: null }).join()).toContain('npx changeset');
  expect(problems({ release: null, changesets: [naming('minor')] })).toEqual([]);
});

test('a missing report and a report of nothing are told', () => {
  expect(problems({ report: null }).join()).toContain('api/spec.api.md is missing');
  expect(surfaceProblems({ extracted: [], written: new Map([['gone.api.md', '']]), released: {}, packageNames: [], changesets: [] }).join()).toContain('api/gone.api.md belongs to nothing');
});
