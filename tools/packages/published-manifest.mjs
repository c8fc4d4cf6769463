/** The condition by which the workspace reads its own sources. They are not in a tarball: whoever asked for it there would find nothing. */
export const sourceCondition = '@gramkit/source';

/** What a package's package.json says once it is packed: without what only the workspace reads. */
export function publishedManifest({ scripts: _scripts, devDependencies: _devDependencies, nx: _nx, exports, ...rest }) {
  return { ...rest, ...(exports !== undefined && { exports: withoutSource(exports) }) };
}

function withoutSource(target) {
  if (typeof target !== 'object' || target === null) return target;
  return Object.fromEntries(Object.entries(target).filter(([condition]) => condition !== sourceCondition).map(([condition, value]) => [condition, withoutSource(value)]));
}
