import util from 'node:util';

/**
 * tfjs-node calls functions of `util` that Node 23 removed and that Node 22 warns of. Gives it others of the same meaning.
 */
export function replaceRemovedUtilities(target: Record<string, unknown> = util as unknown as Record<string, unknown>): void {
  target.isNullOrUndefined = (value: unknown): boolean => value === null || value === undefined;
  target.isArray = Array.isArray;
}
