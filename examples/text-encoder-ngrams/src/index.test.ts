import { testEncoder } from '@gramkit/plugin-testkit';
import { describe, expect, it } from 'vitest';
import plugin, { bucketsOf, encoderOptions } from './index.js';

testEncoder(plugin, {
  options: { buckets: 97, dimension: 8, dropout: 0.3 },
  items: [
    { id: 'halves', fields: { text: 'What is half of 12?' } },
    { id: 'quarters', fields: { text: 'What is a quarter of 120?' } },
    { id: 'angle', fields: { text: 'An angle of a triangle measures 40 degrees, another one 70. How many has the third?' } },
    { id: 'short', fields: { text: 'x' } },
  ],
});

describe('bucketsOf', () => {
  const options = encoderOptions.parse({ buckets: 1000 });

  it('gives one bucket for every n-gram, whatever the case and the way an accent is written', () => {
    expect(bucketsOf('abc', options)).toHaveLength(3);
    expect(bucketsOf('\u00C9t\u00e9', options)).toEqual(bucketsOf('e\u0301te\u0301', options));
  });

  it('gives alike words alike buckets, and an empty text one', () => {
    const shared = (one: string, other: string) => bucketsOf(one, options).filter((bucket) => bucketsOf(other, options).includes(bucket)).length;
    expect(shared('triangle', 'triangles')).toBe(7);
    expect(shared('triangle', 'square')).toBe(0);
    expect(bucketsOf('', options)).toHaveLength(1);
  });

  it('keeps 0 for padding', () => {
    expect(Math.min(...bucketsOf('the quick brown fox jumps over the lazy dog', encoderOptions.parse({ buckets: 2 })))).toBe(1);
  });
});
