import { describe, expect, it } from 'vitest';
import { brainToFloat, halfToFloat } from './half-precision.js';

const bits = (floats: Float32Array) => [...new Uint32Array(floats.buffer)];

/** The value of a finite half by its definition (IEEE 754, binary16). */
function valueOfHalf(half: number): number {
  const [exponent, fraction] = [(half >> 10) & 0x1f, half & 0x3ff];
  const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return half & 0x8000 ? -magnitude : magnitude;
}

describe('halfToFloat', () => {
  it('gives every finite half its value, the sign of zero included', () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, index) => index).filter((half) => (half & 0x7c00) !== 0x7c00);
    const floats = halfToFloat(halves);
    expect(halves.findIndex((half, index) => !Object.is(floats[index], valueOfHalf(half)))).toBe(-1);
    expect(halves).toHaveLength(63488);
  });

  it('keeps infinities, and the sign and payload of NaN', () => {
    expect(bits(halfToFloat(Uint16Array.of(0x7c00, 0xfc00, 0x7e00, 0x7c01, 0xffff)))).toEqual([0x7f800000, 0xff800000, 0x7fc00000, 0x7f802000, 0xffffe000]);
  });
});

describe('brainToFloat', () => {
  it('keeps every bit', () => {
    const brains = Uint16Array.from({ length: 65536 }, (_, index) => index);
    expect(bits(brainToFloat(brains))).toEqual(Array.from(brains, (brain) => (brain << 16) >>> 0));
    expect([...brainToFloat(Uint16Array.of(0x3f80, 0xc049, 0x0001, 0x7f80))]).toEqual([1, -3.140625, 2 ** -133, Infinity]);
  });
});
