import { type ComponentKind, componentKinds } from '@gramkit/spec';

/** A package that a name in a configuration may mean. */
export interface CandidatePackage {
  readonly packageName: string;
  /** Where the name has one: a path of the package's `exports`. */
  readonly exportPath?: string;
}

const packageNamePattern = /^(?<scope>@[a-z0-9~-][a-z0-9._~-]*\/)?(?<name>[a-z0-9~-][a-z0-9._~-]*)(?<path>\/.+)?$/;

/** Packages that a name may mean, the convention's first. A name with capitals or blanks is none. */
export function candidatePackages(kind: ComponentKind, use: string): readonly CandidatePackage[] {
  const { scope = '', name, path } = packageNamePattern.exec(use)?.groups ?? {};
  if (name === undefined) return [];
  const exportPath = path === undefined ? {} : { exportPath: `.${path}` };
  const names = name.startsWith('gramkit-') ? [name] : [`${conventionalPrefix(kind)}${name}`, name];
  return names.map((candidate) => ({ packageName: `${scope}${candidate}`, ...exportPath }));
}

/** What the name of a package of one plugin begins with, after its scope. */
export function conventionalPrefix(kind: ComponentKind): string {
  return `gramkit-${kind}-`;
}

/** Kind and name that a package's own name tells. */
export function conventionOf(packageName: string): { readonly kind: ComponentKind; readonly name: string } | undefined {
  const unscoped = packageName.replace(/^@[^/]+\//, '');
  const kind = componentKinds.find((candidate) => unscoped.startsWith(conventionalPrefix(candidate)) && unscoped !== conventionalPrefix(candidate));
  return kind === undefined ? undefined : { kind, name: unscoped.slice(conventionalPrefix(kind).length) };
}
