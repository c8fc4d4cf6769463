import type { HostTensor } from '@gramkit/spec';
import { halfToFloat, brainToFloat } from './half-precision.js';

/** Bits of an element by the name that safetensors gives its type. */
const bitsOfType: Readonly<Record<string, number>> = {
  BOOL: 8, F4: 4, F6_E2M3: 6, F6_E3M2: 6, U8: 8, I8: 8, F8_E5M2: 8, F8_E4M3: 8, F8_E8M0: 8,
  I16: 16, U16: 16, F16: 16, BF16: 16, I32: 32, U32: 32, F32: 32, F64: 64, I64: 64, U64: 64, C64: 64,
};

type FromBytes = (bytes: ArrayBuffer, shape: readonly number[]) => HostTensor;

/** The types that can be read, into what. */
const converters = {
  F32: (bytes, shape) => ({ dtype: 'float32', shape, data: new Float32Array(bytes) }),
  F16: (bytes, shape) => ({ dtype: 'float32', shape, data: halfToFloat(new Uint16Array(bytes)) }),
  BF16: (bytes, shape) => ({ dtype: 'float32', shape, data: brainToFloat(new Uint16Array(bytes)) }),
  I32: (bytes, shape) => ({ dtype: 'int32', shape, data: new Int32Array(bytes) }),
} satisfies Record<string, FromBytes>;

export type ReadableType = keyof typeof converters;
export const readableTypes = Object.keys(converters) as ReadableType[];

export function isReadable(elementType: string): elementType is ReadableType {
  return Object.hasOwn(converters, elementType);
}

/** Bytes of `count` elements; nothing for an unknown type, or where they do not fill whole bytes. */
export function byteCount(elementType: string, count: number): number | undefined {
  if (!Object.hasOwn(bitsOfType, elementType)) return undefined;
  const bits = bitsOfType[elementType]! * count;
  return bits % 8 === 0 ? bits / 8 : undefined;
}

/** Little-endian bytes as values. */
export function convert(elementType: ReadableType, bytes: ArrayBuffer, shape: readonly number[]): HostTensor {
  return converters[elementType](bytes, shape);
}
