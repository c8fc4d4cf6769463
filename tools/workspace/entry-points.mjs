/** @typedef {{ specifier: string, subpath: string, declarations: string }} EntryPoint `specifier`: what is imported; `declarations`: path in the package. */

/** What can be imported from a package, by its `exports`: those that have types. @returns {EntryPoint[]} */
export function entryPoints({ name, exports = {} }) {
  return Object.entries(exports)
    .filter(([, target]) => target.types !== undefined)
    .map(([key, target]) => ({ specifier: `${name}${key.slice(1)}`, subpath: key.slice(2), declarations: target.types }));
}
