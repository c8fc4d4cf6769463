import { expect, it } from 'vitest';
import { byteSizeSchema, parseByteSize } from './byte-size.js';

it.each([
  [1000, 1000],
  ['0B', 0],
  ['2GiB', 2 * 2 ** 30],
  ['1.5 mib', 1.5 * 2 ** 20],
  ['3KB', 3000],
  ['unlimited', Infinity],
])('reads %s', (written, bytes) => {
  expect(parseByteSize(byteSizeSchema.parse(written))).toBe(bytes);
});

it.each(['2G', 'many', '', '-1GiB', -1, 0.5])('refuses %s', (written) => {
  expect(byteSizeSchema.safeParse(written).success).toBe(false);
});
