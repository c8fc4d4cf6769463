/** IEEE 754 half precision to single, exactly: subnormal numbers, infinities and the payload of NaN included. */
export function halfToFloat(halves: Uint16Array): Float32Array {
  return fromBits(halves, singleBitsOfHalf);
}

/** bfloat16 to single precision, exactly: it is its upper half. */
export function brainToFloat(brains: Uint16Array): Float32Array {
  return fromBits(brains, (bits) => bits << 16);
}

/** Through integers all the way: a NaN that passes through a JavaScript number may lose its payload. */
function fromBits(source: Uint16Array, convert: (bits: number) => number): Float32Array {
  return new Float32Array(Uint32Array.from(source, convert).buffer);
}

function singleBitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal half is a normal single: its leading bit becomes the hidden one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
