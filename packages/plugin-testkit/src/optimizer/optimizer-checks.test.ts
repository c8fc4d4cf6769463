import { adamPlugin, adamwPlugin } from '@gramkit/tensor';
import { describe, expect, it } from 'vitest';
import { explainedFailures } from '../testing/failed-checks.js';
import { optimizerChecks, testOptimizer } from './optimizer-checks.js';
import { momentumPlugin, plantedBugs } from './testing/planted-bugs.js';

describe('the checks of an optimizer', () => {
  it('let an honest one pass', async () => {
    expect(await explainedFailures(optimizerChecks(momentumPlugin()))).toEqual([]);
  });

  it.each(plantedBugs)('find one that $bug', async ({ check, plugin }) => {
    expect(await explainedFailures(optimizerChecks(plugin))).toEqual([check]);
  });

  it('have a bug planted for each of them', () => {
    expect(plantedBugs.map(({ check }) => check).sort()).toEqual(optimizerChecks(momentumPlugin()).map(({ name }) => name).sort());
  });
});

testOptimizer(adamPlugin);
testOptimizer(adamPlugin, { options: { clipNorm: 1, schedule: { kind: 'linear-decay', warmUpSteps: 5 } } });
testOptimizer(adamwPlugin);
