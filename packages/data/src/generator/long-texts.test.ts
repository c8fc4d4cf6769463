import { expect, it } from 'vitest';
import { generateCatalogue } from './catalogue.js';
import { generatorOptions } from './options.js';
import { wordPieces } from './word-pieces.js';

const catalogue = (given: object) => generateCatalogue(generatorOptions.parse(given));

it('gives texts the mean length that is asked for, and lengths of their own', () => {
  for (const tokens of [40, 147]) {
    const lengths = catalogue({ items: 4000, tokens }).map(({ text }) => wordPieces(text));
    expect(Math.abs(lengths.reduce((sum, length) => sum + length, 0) / 4000 / tokens - 1)).toBeLessThan(0.02);
    expect(Math.max(...lengths) / Math.min(...lengths)).toBeGreaterThan(2);
  }
});

it('changes nothing about the questions but what is told around them', () => {
  const short = catalogue({});
  catalogue({ tokens: 147 }).forEach((item, row) => {
    expect(item.text).toContain(short[row]!.text);
    expect({ ...item, text: '' }).toEqual({ ...short[row], text: '' });
  });
});

it('refuses texts shorter than the questions', () => {
  expect(() => catalogue({ tokens: 10 })).toThrow(/the questions alone have 2\d\.\d tokens in the mean, more than 10/);
});
