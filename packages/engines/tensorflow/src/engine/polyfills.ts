import util from 'node:util';

/** tfjs-node calls functions of `util` that Node 23 removed. Adds them where they are missing. */
export function addRemovedUtilities(target: Record<string, unknown> = util as unknown as Record<string, unknown>): void {
  target.isNullOrUndefined ??= (value: unknown): boolean => value === null || value === undefined;
  target.isArray ??= Array.isArray;
}
