import type { Random } from './random.js';

/** Draws the same share of the rows of every group (groups are numbered from 0, `groupOf` has one entry a row). */
export function drawUnseen(random: Random, groupOf: readonly number[], fraction: number): Set<number> {
  const unseen = new Set<number>();
  const groups = 1 + groupOf.reduce((highest, group) => Math.max(highest, group), -1);
  for (let group = 0; group < groups; group++) {
    const rows = groupOf.flatMap((ofRow, row) => (ofRow === group ? [row] : []));
    const wanted = Math.round(fraction * rows.length);
    for (let drawn = 0; drawn < wanted; drawn++) unseen.add(rows.splice(random.integer(0, rows.length - 1), 1)[0]!);
  }
  return unseen;
}
