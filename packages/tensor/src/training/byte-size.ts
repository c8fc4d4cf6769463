import { z } from 'zod';

const units: Readonly<Record<string, number>> = { B: 1, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30, KB: 1e3, MB: 1e6, GB: 1e9 };
const pattern = /^\s*(\d+(?:\.\d+)?)\s*([KMG]i?B|B)\s*$/i;

/** Memory in a configuration: bytes, `"512MiB"`, `"2GiB"`, or `"unlimited"`. Read by `parseByteSize`. */
export const byteSizeSchema = z.union([
  z.number().int().nonnegative(),
  z.literal('unlimited'),
  z.string().regex(pattern, 'expected bytes, a size such as "512MiB" or "2GiB", or "unlimited"'),
]);
export type ByteSize = z.output<typeof byteSizeSchema>;

/** Bytes; `Infinity` for `"unlimited"`. */
export function parseByteSize(size: ByteSize): number {
  if (typeof size === 'number') return size;
  if (size === 'unlimited') return Infinity;
  const [, number, unit] = pattern.exec(size)!;
  return Number(number) * units[unit!.toUpperCase()]!;
}
