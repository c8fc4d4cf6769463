import semver from 'semver';

/**
 * Below 1.0.0 the minor number is the one that breaks, and caret ranges know it. Changesets does not: the packages whose peer leaves
 * their range would become 1.0.0.
 * @template {{ type: string, oldVersion: string, newVersion: string }} Release
 * @param {Release} release
 * @returns {Release}
 */
export function releaseBelowOne(release) {
  if (release.type !== 'major' || semver.major(release.oldVersion) > 0) return release;
  return { ...release, type: 'minor', newVersion: semver.inc(release.oldVersion, 'minor') };
}
