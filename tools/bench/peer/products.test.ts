import { describe, expect, it } from 'vitest';
import { encoderProducts } from './encoder-products.js';
import { gradientProducts, operationsOf, product } from './matrix-product.js';
import { dktProducts, saktProducts } from './sequence-products.js';

const sizes = { layers: 6, dimension: 384, feedForward: 1536 };

describe('gradientProducts', () => {
  it('take twice the operations of the product', () => {
    expect(operationsOf(gradientProducts(product(7, 3, 5, 2)))).toBe(2 * operationsOf([product(7, 3, 5, 2)]));
  });
});

describe('encoderProducts', () => {
  const forwardOf = (tokens: number): number => 6 * tokens * (8 * 384 ** 2 + 4 * 384 * 1536);

  it('are a forward and, twice as much, a backward pass over every layer', () => {
    const work = { itemsForward: 64, itemsBackward: 64, tokensForward: 2048, tokensBackward: 2048 };
    expect(operationsOf(encoderProducts(sizes, work))).toBeCloseTo(3 * forwardOf(2048), -3);
  });

  it('counts what only goes forward once, and nothing where nothing goes through', () => {
    const work = { itemsForward: 64, itemsBackward: 0, tokensForward: 2048, tokensBackward: 0 };
    expect(operationsOf(encoderProducts(sizes, work))).toBeCloseTo(forwardOf(2048), -3);
    expect(encoderProducts(sizes, { itemsForward: 0, itemsBackward: 0, tokensForward: 0, tokensBackward: 0 })).toEqual([]);
  });

  it('shares out a pass over the steps of a window, and cuts many tokens into chunks, at the same operations', () => {
    const few = { itemsForward: 1, itemsBackward: 1, tokensForward: 8, tokensBackward: 8 };
    expect(encoderProducts(sizes, few, 32)[0]).toMatchObject({ rows: 256, times: 4 * 6 / 32 });
    expect(operationsOf(encoderProducts(sizes, few, 32))).toBeCloseTo(3 * forwardOf(8), -3);
    const many = { itemsForward: 1024, itemsBackward: 0, tokensForward: 8192, tokensBackward: 0 };
    expect(encoderProducts(sizes, many)[0]).toMatchObject({ rows: 4096, times: 4 * 6 * 2 });
    expect(operationsOf(encoderProducts(sizes, many))).toBeCloseTo(forwardOf(8192), -3);
  });
});

describe('dktProducts', () => {
  it('are three times the forward pass of two LSTM layers and the layer above', () => {
    const perPosition = 2 * (2 * (384 + 384) * 4 * 384 + (384 + 384) * 384);
    expect(operationsOf(dktProducts({ windows: 32, predictions: 1600, dimension: 384 }))).toBeCloseTo(3 * 1600 * perPosition, -3);
  });
});

describe('saktProducts', () => {
  it('are three times the forward pass of six square layers, whatever the windows', () => {
    expect(operationsOf(saktProducts({ windows: 32, predictions: 1600, dimension: 384 }))).toBeCloseTo(3 * 1600 * 6 * 2 * 384 ** 2, -3);
  });
});
