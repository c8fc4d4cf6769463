import { createHash } from 'node:crypto';

/** What a release records of a public surface. */
export function fingerprint(report) {
  return `sha256-${createHash('sha256').update(report).digest('hex')}`;
}

/**
 * What is wrong with the reports; none where all is well.
 * A report must say what the sources say. One that says something else than at the last release needs a changeset that names its package:
 * a release records the fingerprints in a file, so that no history is needed (continuous integration has the commit alone).
 * @param {{ extracted: readonly import('./extract-reports.mjs').SurfaceReport[], written: Map<string, string>, released: Record<string, string>, packageNames: readonly string[], changesets: readonly import('./changesets.mjs').Changeset[] }} surface
 *   `written`: the reports in the repository, `released`: the fingerprints, both by the names of the files.
 * @returns {string[]}
 */
export function surfaceProblems({ extracted, written, released, packageNames, changesets }) {
  const files = extracted.map(({ file }) => file);
  return [
    ...extracted.flatMap((surface) => reportProblem(surface, written.get(surface.file))),
    ...[...written.keys()].filter((file) => !files.includes(file)).map((file) => `api/${file} belongs to nothing that a public package exports.\nFix: npm run api`),
    ...changesets.flatMap(({ file, releases }) => releases.filter(({ name }) => !packageNames.includes(name)).map(({ name }) => `${file} names ${name}, which is no package of this workspace.\nFix: correct the name`)),
    ...namesOfUntold(extracted, released, changesets).map(
      (name) => `${name} has another public surface than at its last release, and no changeset names it.\nFix: npx changeset (choose ${name}, say what changes for its users), then commit the file that it writes`,
    ),
  ];
}

function reportProblem({ packageName, file, report }, written) {
  if (report === written) return [];
  const what = written === undefined ? `api/${file} is missing.` : `The public surface of ${packageName} is not what api/${file} says:\n${difference(written, report)}`;
  return [`${what}\nFix: npm run api, and read in the difference what users will see`];
}

/** A changeset of the type `none` announces nothing: it does not count. */
function namesOfUntold(extracted, released, changesets) {
  const told = changesets.flatMap(({ releases }) => releases.filter(({ type }) => type !== 'none').map(({ name }) => name));
  const changed = extracted.filter(({ file, report }) => fingerprint(report) !== released[file]).map(({ packageName }) => packageName);
  return [...new Set(changed)].filter((name) => !told.includes(name));
}

/** Most lines of either side that a message shows. */
const shownLines = 6;

/** The lines of code that one side alone has; where there is none, only comments or the order differ. */
function difference(before, after) {
  const code = (text) => text.split('\n').filter((line) => !line.trimStart().startsWith('//') && line.trim() !== '');
  const [left, right] = [code(before), code(after)];
  const only = (lines, others, sign) => lines.filter((line) => !others.includes(line)).slice(0, shownLines).map((line) => `  ${sign} ${line}`);
  const lines = [...only(left, right, '-'), ...only(right, left, '+')];
  return lines.length === 0 ? '  only comments or the order of lines differ' : lines.join('\n');
}
