import dkt from '@gramkit/model-dkt';
import nrms from '@gramkit/model-nrms';
import sakt from '@gramkit/model-sakt';
import { describe, expect, it } from 'vitest';
import { explainedFailures } from '../testing/failed-checks.js';
import { modelChecks, testModel } from './model-checks.js';
import { honestPlugins, plantedBugs } from './testing/planted-bugs.js';

describe('the checks of a model', () => {
  it.each(Object.entries(honestPlugins))('let an honest model of %s pass', async (_, plugin) => {
    expect(await explainedFailures(modelChecks(plugin))).toEqual([]);
  });

  it.each(plantedBugs)('find $bug', async ({ check, plugin }) => {
    expect(await explainedFailures(modelChecks(plugin))).toEqual([check]);
  });

  it('have a bug planted for each of them', () => {
    const names = modelChecks(honestPlugins.recommendation).map(({ name }) => name);
    expect([...new Set(plantedBugs.map(({ check }) => check))].sort()).toEqual([...names].sort());
  });
});

testModel(dkt, { options: { hidden: 6, dropout: 0.3 } });
testModel(sakt, { options: { heads: 2, maximumLength: 16, dropout: 0.3 }, failures: [{ options: { heads: 3 }, code: 'CONFIGURATION_INVALID' }] });
testModel(nrms, { options: { heads: 2, attentionDimension: 5, dropout: 0.3 }, failures: [{ options: { heads: 3 }, code: 'CONFIGURATION_INVALID' }] });
