import { add, range, reshape, scalar, tidy, zeros, type KernelFunc, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames, type RowHashMaskAttributes } from '@gramkit/spec';
import { attributesFor, replaceKernel, type NodeBackend } from './node-backend.js';

/**
 * Dropout masks whose every element is a hash of (seed, mask row, site, element index):
 *
 *     row key      a_r = mix(mix(seed) + mix(row))                 one per row, all bits mixed
 *     element key  b_e = mix(mix(index) + mix(site))               one per element of a row
 *     element      x   = fold((a_r xor b_e) * C1) * C2             fold(y) = y xor (y >> 15)
 *     output       x >= threshold(rate) ? 1 / (1 - rate) : 0       as signed 32-bit integers
 *
 * `mix` is the finaliser of MurmurHash3 (Appleby), a bijection of 32 bits with full avalanche. Since both keys are well mixed,
 * one multiply-fold-multiply suffices for the many elements, whose top bits decide.
 */
export function registerRowHashMask(): void {
  replaceKernel({ kernelName: kernelNames.rowHashMask, kernelFunc: rowHashMask as unknown as KernelFunc });
}

interface RowHashMaskArguments {
  readonly inputs: { readonly maskRows: TensorInfo; readonly seed: TensorInfo };
  readonly attrs: RowHashMaskAttributes;
  readonly backend: unknown;
}

// MurmurHash3's constants, and two odd ones found by C. Wellons' search for low-bias mixers (hash-prospector).
const murmurFirst = 0x85ebca6b | 0;
const murmurSecond = 0xc2b2ae35 | 0;
const elementFirst = 0x7feb352d | 0;
const elementSecond = 0x846ca68b | 0;
const foldShift = 15;

function rowHashMask({ inputs: { maskRows, seed }, attrs: { site, shape, strides, rate }, backend }: RowHashMaskArguments): TensorInfo {
  return tidy(() => {
    const int = integerOperations(backend as NodeBackend);
    const rowKeys = mix(int, int.add(mix(int, maskRows), mix(int, seed)));
    const elementKeys = mix(int, int.add(mix(int, elementIndices(shape, strides)), scalar(mixNumber(site), 'int32')));
    const perRow = reshape(rowKeys, [maskRows.shape[0]!, ...shape.map(() => 1)]);
    const folded = fold(int, int.multiply(int.xor(perRow, elementKeys), elementFirst));
    return int.select(int.multiply(folded, elementSecond), thresholdOf(rate), 1 / (1 - rate));
  });
}

/** int32 `shape`: the sum over dimensions of position times stride. */
function elementIndices(shape: readonly number[], strides: readonly number[]): Tensor {
  return shape.reduce<Tensor>((sum, size, dimension) => {
    const stride = strides[dimension]!;
    const along = shape.map((_, other) => (other === dimension ? size : 1));
    return add(sum, reshape(positions(size, stride), along));
  }, scalar(0, 'int32'));
}

/** int32 `[size]`: 0, stride, 2 stride, … */
function positions(size: number, stride: number): Tensor {
  // A range of step 0 is endless: a dimension that shares its mask.
  return stride === 0 ? zeros([size], 'int32') : range(0, size * stride, stride, 'int32');
}

/** The signed integer below which the fraction `rate` of all 32-bit integers lies. */
function thresholdOf(rate: number): number {
  return Math.min(Math.round(rate * 2 ** 32) - 2 ** 31, 2 ** 31 - 1);
}

/** MurmurHash3's 32-bit finaliser of every element. */
function mix(int: IntegerOperations, value: TensorInfo): Tensor {
  const first = int.multiply(int.xor(value, int.shiftRight(value, 16)), murmurFirst);
  const second = int.multiply(int.xor(first, int.shiftRight(first, 13)), murmurSecond);
  return int.xor(second, int.shiftRight(second, 16));
}

/** `mix` of one number. */
export function mixNumber(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), murmurFirst);
  const second = Math.imul(first ^ (first >>> 13), murmurSecond);
  return (second ^ (second >>> 16)) | 0;
}

/** y xor (y >> 15) with the sign kept in the shift: it costs one bit of 32 and saves a pass over the elements. */
function fold(int: IntegerOperations, value: Tensor): Tensor {
  return int.xor(value, int.arithmeticShiftRight(value, foldShift));
}

type IntegerOperations = ReturnType<typeof integerOperations>;

/** 32-bit integer arithmetic in TensorFlow, which wraps around; tfjs has no bitwise exclusive or and no shifts. */
function integerOperations(node: NodeBackend) {
  const attribute = attributesFor(node);
  const int32 = [attribute.type('T', node.binding.TF_INT32)];
  const constant = (value: number): Tensor => scalar(value, 'int32');
  const run = (name: string, left: TensorInfo, right: TensorInfo): Tensor => node.executeSingleOutput(name, int32, [left, right]);
  return {
    add: (left: TensorInfo, right: TensorInfo) => run('AddV2', left, right),
    xor: (left: TensorInfo, right: TensorInfo) => run('BitwiseXor', left, right),
    multiply: (value: TensorInfo, factor: number) => run('Mul', value, constant(factor)),
    arithmeticShiftRight: (value: TensorInfo, bits: number) => run('RightShift', value, constant(bits)),
    /** Zeros come in from the left. */
    shiftRight: (value: TensorInfo, bits: number) => run('BitwiseAnd', run('RightShift', value, constant(bits)), constant(0xffffffff >>> bits)),
    /** `kept` where the value is at least `threshold`, 0 elsewhere; float32. */
    select: (value: TensorInfo, threshold: number, kept: number) =>
      node.executeSingleOutput('SelectV2', [attribute.type('T', node.binding.TF_FLOAT)], [
        run('GreaterEqual', value, constant(threshold)),
        scalar(kept),
        scalar(0),
      ]),
  };
}
