import { testStrategy } from '@gramkit/plugin-testkit';
import { describe, expect, it } from 'vitest';
import plugin, { strategyOptions } from './index.js';

// Of the six steps of a check's run, the encoder learns from the first, the third and the fifth.
testStrategy(plugin, { options: { every: 2 }, encoderLearnsFrom: 'some steps' });

describe('strategyOptions', () => {
  it('wants whole numbers of steps from one', () => {
    expect(strategyOptions.parse({})).toMatchObject({ every: 4 });
    for (const every of [0, 1.5, '2']) expect(strategyOptions.safeParse({ every }).error?.issues[0]?.path).toEqual(['every']);
  });
});
