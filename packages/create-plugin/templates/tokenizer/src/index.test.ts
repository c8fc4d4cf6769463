import { testTokenizer } from '@gramkit/plugin-testkit';
import { describe, expect, it } from 'vitest';
import plugin, { createTokenizer, idsOf, tokenizerOptions } from './index.js';

testTokenizer(plugin, {
  options: { maxLength: 12 },
  items: [
    { id: 'area', fields: { text: 'área' } },
    { id: 'long', fields: { text: 'How many degrees has the third angle?' } },
    { id: 'empty', fields: { text: '' } },
  ],
});

describe('idsOf', () => {
  const options = tokenizerOptions.parse({ maxLength: 4 });

  it('gives the bytes of a text and its end', () => {
    expect([...idsOf('ab', options)]).toEqual([99, 100, 1]);
    expect([...idsOf('\u00e9', options)]).toEqual([0xc3 + 2, 0xa9 + 2, 1]);
    expect(idsOf('e\u0301', options)).toEqual(idsOf('\u00e9', options));
  });

  it('cuts what is too long, and keeps the end', () => {
    expect([...idsOf('abcdef', options)]).toEqual([99, 100, 101, 1]);
    expect([...idsOf('', options)]).toEqual([1]);
  });
});

describe('the tokenizer', () => {
  it('has a fingerprint of all that decides ids', () => {
    const of = (given: object) => createTokenizer(tokenizerOptions.parse(given)).fingerprint;
    expect(new Set([of({}), of({ maxLength: 4 }), of({ fields: ['title'] })]).size).toBe(3);
    expect(of({})).toBe(of({ maxLength: 128 }));
  });
});
