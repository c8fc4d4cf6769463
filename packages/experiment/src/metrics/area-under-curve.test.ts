import { describe, expect, it } from 'vitest';
import { AreaUnderCurve } from './area-under-curve.js';

function areaOf(rows: readonly (readonly [number, boolean])[], limit?: number): AreaUnderCurve {
  const area = new AreaUnderCurve(limit);
  for (const [score, positive] of rows) area.add(score, positive);
  return area;
}

/** Every pair counted, as the definition says. */
function byPairs(rows: readonly (readonly [number, boolean])[]): number {
  const positives = rows.filter(([, positive]) => positive);
  const negatives = rows.filter(([, positive]) => !positive);
  const wins = positives.flatMap(([p]) => negatives.map(([n]): number => (p > n ? 1 : p === n ? 0.5 : 0)));
  return wins.reduce((sum, win) => sum + win, 0) / wins.length;
}

describe('AreaUnderCurve', () => {
  it('is the share of pairs in order: 3 of 4', () => {
    expect(areaOf([[0.1, false], [0.4, false], [0.35, true], [0.8, true]]).value()).toBe(0.75);
  });

  it('counts a tie one half: (1 + .5 + 1 + 0 + 0 + .5) / 6', () => {
    // positives 3, 1; negatives 2, 3, 1: 3 beats 2 and 1 and ties 3 (2.5), 1 ties 1 (.5)
    expect(areaOf([[3, true], [1, true], [2, false], [3, false], [1, false]]).value()).toBe(3 / 6);
  });

  it('is one half where all scores are equal, and 0 where the order is reversed', () => {
    expect(areaOf([[0, true], [0, true], [0, false]]).value()).toBe(0.5);
    expect(areaOf([[-1, true], [1, false]]).value()).toBe(0);
  });

  it('is null for one class and for nothing', () => {
    expect(areaOf([[1, true], [2, true]]).value()).toBeNull();
    expect(areaOf([[1, false]]).value()).toBeNull();
    expect(areaOf([]).value()).toBeNull();
  });

  it('agrees with the count of every pair on scores with many ties', () => {
    const rows = Array.from({ length: 400 }, (_, index) => [Math.round(Math.sin(index * 7) * 8) / 4, Math.sin(index * 3) > 0.2] as const);
    expect(areaOf(rows).value()).toBeCloseTo(byPairs(rows), 12);
  });

  it('counts in bins beyond its limit, negative scores included, and says so', () => {
    const rows = Array.from({ length: 3000 }, (_, index) => [Math.sin(index * 7) * 5, Math.sin(index * 7) + Math.sin(index * 3) > 0.2] as const);
    const binned = areaOf(rows, 100);
    expect(binned.isExact).toBe(false);
    expect(areaOf(rows).isExact).toBe(true);
    expect(binned.value()!).toBeCloseTo(byPairs(rows), 4);
    expect(areaOf([[-3, true], [-2, false], [-1, true], [1, true], [2, false]], 2).value()).toBe(2 / 6);
  });
});
