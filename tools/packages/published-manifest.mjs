/** The condition by which the workspace reads its own sources. They are not in a tarball: whoever asked for it there would find nothing. */
export const sourceCondition = '@gramkit/source';

/** What only the workspace reads. */
const workspaceFields = ['scripts', 'devDependencies', 'nx'];

/** What a package's package.json says once it is packed. */
export function publishedManifest({ exports, ...rest }) {
  const fields = Object.entries(rest).filter(([name]) => !workspaceFields.includes(name));
  return { ...Object.fromEntries(fields), ...(exports !== undefined && { exports: withoutSource(exports) }) };
}

function withoutSource(target) {
  if (typeof target !== 'object' || target === null) return target;
  return Object.fromEntries(Object.entries(target).filter(([condition]) => condition !== sourceCondition).map(([condition, value]) => [condition, withoutSource(value)]));
}
