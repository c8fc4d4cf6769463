import { describe, expect, it } from 'vitest';
import { parseStrategy, strategySlug, withStrategy } from './strategy-shorthand.js';

describe('strategy shorthand', () => {
  it.each([
    ['frozen', { use: 'frozen' }],
    ['multi-step:10', { use: 'multi-step', interval: 10 }],
    ['multi-step:1e', { use: 'multi-step', interval: '1e' }],
    ['speedy-feed', { use: 'speedy-feed' }],
    ['speedy-feed:5', { use: 'speedy-feed', ageLimit: 5 }],
    ['./mine.js:0.5e', { use: './mine.js', interval: '0.5e' }],
  ])('reads %s', (text, section) => expect(parseStrategy(text)).toEqual(section));

  it.each(['', ':10', 'a b', 'multi-step:'])("refuses '%s'", (text) => expect(() => parseStrategy(text)).toThrow(/names no strategy/));

  it('keeps the options of the same strategy and drops those of another', () => {
    const section = { use: 'multi-step', interval: '1e', passes: 3 };
    expect(withStrategy(section, 'multi-step:10')).toEqual({ use: 'multi-step', interval: 10, passes: 3 });
    expect(withStrategy(section, 'frozen')).toEqual({ use: 'frozen' });
  });

  it('makes folder names', () => expect(['multi-step:1e', './mine.js:0.5e'].map(strategySlug)).toEqual(['multi-step-1e', '.-mine.js-0.5e']));
});
