import endToEnd from '@gramkit/strategy-end-to-end';
import frozen from '@gramkit/strategy-frozen';
import multiStep from '@gramkit/strategy-multi-step';
import singleStep from '@gramkit/strategy-single-step';
import speedyFeed from '@gramkit/strategy-speedy-feed';
import { describe, expect, it } from 'vitest';
import { explainedFailures } from '../testing/failed-checks.js';
import { strategyChecks, testStrategy } from './strategy-checks.js';
import { honestPlugin, plantedBugs } from './testing/planted-bugs.js';

describe('the checks of a strategy', () => {
  it('let an honest one pass', async () => {
    expect(await explainedFailures(strategyChecks(honestPlugin, { exact: true }))).toEqual([]);
  });

  it.each(plantedBugs)('find $bug', async ({ check, plugin, subject }) => {
    expect(await explainedFailures(strategyChecks(plugin, { exact: true, ...subject }))).toEqual([check]);
  });

  it('have a bug planted for each of them', () => {
    const names = strategyChecks(honestPlugin, { exact: true }).map(({ name }) => name);
    expect([...new Set(plantedBugs.map(({ check }) => check))].sort()).toEqual([...names].sort());
  });
});

testStrategy(endToEnd, { exact: true });
testStrategy(singleStep, { exact: true, options: { chunkTokens: 16, graphMemory: '6KB' } });
testStrategy(multiStep, { options: { interval: 2, passes: 2, miniBatch: 4, warmUpEpochs: 1, settlingEpochs: 0 } });
testStrategy(frozen, { encoderLearnsFrom: 'none' });
testStrategy(speedyFeed, { options: { ageLimit: 2, lookupGrowth: 1000 }, encoderLearnsFrom: 'some steps' });
