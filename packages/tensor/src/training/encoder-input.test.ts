import type { ItemEncoder, PreparedItems } from '@gramkit/spec';
import { describe, expect, it } from 'vitest';
import { encoderInput } from './encoder-input.js';

const texts = [[7, 8, 9], [4], [5, 6]];
const catalogue: PreparedItems = {
  count: texts.length,
  lengthOf: (row) => texts[row]!.length,
  collate: (rows) => {
    const length = Math.max(...Array.from(rows, (row) => texts[row]!.length));
    return {
      tokenIds: { dtype: 'int32', shape: [rows.length, length], data: Int32Array.from(Array.from(rows).flatMap((row) => Array.from({ length }, (_, place) => texts[row]![place] ?? 0))) },
      lengths: { dtype: 'int32', shape: [rows.length], data: Int32Array.from(rows, (row) => texts[row]!.length) },
    };
  },
};

const encoderOf = (inputLayout?: 'padded' | 'packed') => ({ name: 'reader', inputLayout }) as ItemEncoder;
const rows = Int32Array.of(2, 0, 1);
const plain = (input: ReturnType<typeof encoderInput>) => Object.fromEntries(Object.entries(input.tensors).map(([name, { data }]) => [name, Array.from(data)]));

describe('the input of an encoder', () => {
  it.each([undefined, 'padded'] as const)('is what the tokenizer collates, where the layout is %s', (layout) => {
    const input = encoderInput(encoderOf(layout), catalogue, rows, false);
    expect(input.tensors).toEqual(catalogue.collate(rows));
    expect([Array.from(input.maskRows), input.items]).toEqual([[2, 0, 1], 3]);
  });

  it('is filled up by the last row again, and by more padding, where texts are padded: its shape is that of a bucket', () => {
    const input = encoderInput(encoderOf('padded'), catalogue, rows, true);
    const lines = [[5, 6, 0, 0], [7, 8, 9, 0], ...Array.from({ length: 6 }, () => [4, 0, 0, 0])];
    expect(input.tensors).toEqual({ tokenIds: { dtype: 'int32', shape: [8, 4], data: Int32Array.from(lines.flat()) }, lengths: catalogue.collate([2, 0, 1, 1, 1, 1, 1, 1])['lengths'] });
    expect([Array.from(input.maskRows), input.items]).toEqual([[2, 0, 1, 1, 1, 1, 1, 1], 8]);
  });

  it('is never padded beyond the length that the encoder takes, nor where it is no text', () => {
    expect(encoderInput({ ...encoderOf('padded'), maximumLength: 3 }, catalogue, rows, true).tensors['tokenIds']!.shape).toEqual([8, 3]);
    const pixels = { pixels: { dtype: 'float32', shape: [8, 2], data: new Float32Array(16) } } as const;
    expect(encoderInput(encoderOf('padded'), { ...catalogue, collate: () => pixels }, rows, true).tensors).toEqual(pixels);
  });

  it('is one text after another where they are packed, padding left out', () => {
    const input = encoderInput(encoderOf('packed'), catalogue, rows, false);
    expect(plain(input)).toEqual({ tokenIds: [5, 6, 7, 8, 9, 4], positions: [0, 1, 0, 1, 2, 0], items: [0, 0, 1, 1, 1, 2], offsets: [0, 2, 5, 6] });
    expect(Object.values(input.tensors).every(({ dtype, shape, data }) => dtype === 'int32' && shape.length === 1 && shape[0] === data.length)).toBe(true);
    expect([Array.from(input.maskRows), input.items]).toEqual([[2, 0, 1], 3]);
  });

  it('is filled up by tokens of no item and items without tokens where they are packed', () => {
    const input = encoderInput(encoderOf('packed'), catalogue, rows, true);
    expect(plain(input)).toEqual({ tokenIds: [5, 6, 7, 8, 9, 4, 0, 0], positions: [0, 1, 0, 1, 2, 0, 0, 0], items: [0, 0, 1, 1, 1, 2, -1, -1], offsets: [0, 2, 5, 6, 6, 6, 6, 6, 6] });
    expect([Array.from(input.maskRows.subarray(0, 3)), input.maskRows.length, input.items]).toEqual([[2, 0, 1], 8, 8]);
  });

  it('does not change what is given', () => {
    for (const layout of ['padded', 'packed'] as const) encoderInput(encoderOf(layout), catalogue, rows, true);
    expect(Array.from(rows)).toEqual([2, 0, 1]);
  });

  it.each([
    ['no token ids', { lengths: { dtype: 'int32', shape: [3], data: Int32Array.of(1, 1, 1) } }],
    ['no lengths', { tokenIds: { dtype: 'int32', shape: [3, 1], data: Int32Array.of(1, 1, 1) } }],
    ['token ids without a length', { tokenIds: { dtype: 'int32', shape: [3], data: Int32Array.of(1, 1, 1) }, lengths: { dtype: 'int32', shape: [3], data: Int32Array.of(1, 1, 1) } }],
  ] as const)('is refused where the encoder packs and there are %s', (_, tensors) => {
    const pixels = { ...catalogue, collate: () => tensors };
    expect(() => encoderInput(encoderOf('packed'), pixels, rows, true)).toThrow(
      expect.objectContaining({ code: 'PLUGIN_MISMATCH', message: expect.stringMatching(/'reader'.*'tokenIds'.*'lengths'/), details: expect.objectContaining({ field: 'tokenizer.use', fix: expect.any(String) }) }),
    );
    expect(encoderInput(encoderOf('padded'), pixels, rows, false).tensors).toBe(tensors);
  });
});
