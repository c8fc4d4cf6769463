import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames, type RowHashMaskAttributes, type RowHashMaskInputs } from '@gramkit/spec';
import { addKernel, attributesFor, executeShaped, floats, type NodeBackend, type OperationAttribute } from './node-backend.js';

/**
 * Dropout masks whose every element is a hash of (seed, mask row, site, element index), in one pass over memory:
 *
 *     row key      a_r = mix(mix(row) + mix(seed))             one per row, all bits mixed
 *     element key  b_e = mix(mix(index) + mix(site))           one per element of a row
 *     element      x   = fold((a_r xor b_e) * C1) * C2         fold(y) = y xor (y >> 15), the sign kept
 *     output       x >= threshold(rate) ? 1 / (1 - rate) : 0   as signed 32-bit integers
 *
 * `mix` is the finaliser of MurmurHash3 (Appleby), a bijection of 32 bits with full avalanche; C1 = 0x7feb352d and C2 = 0x846ca68b are
 * C. Wellons' (hash-prospector). Since both keys are well mixed, one multiply-fold-multiply suffices for the many elements, whose top bits decide.
 * Integer arithmetic throughout: the masks are the same on every machine.
 */
export function registerRowHashMask(): void {
  addKernel(kernelNames.rowHashMask, rowHashMask);
}

function rowHashMask(node: NodeBackend, { maskRows, seed }: RowHashMaskInputs, { site, shape, strides, rate }: RowHashMaskAttributes): TensorInfo {
  const attribute = attributesFor(node);
  return executeShaped(node, 'GramkitRowHashMask', [
    ...maskSettings(node, site, rate),
    attribute.integer('shape', shape),
    attribute.integer('strides', strides),
  ], [maskRows, seed], [floats(...maskRows.shape, ...shape)])[0]!;
}

/** What tells an operation which mask to draw and how much of it to keep. */
export function maskSettings(node: NodeBackend, site: number, rate: number): OperationAttribute[] {
  const attribute = attributesFor(node);
  return [attribute.integer('site', site), attribute.integer('threshold', thresholdOf(rate)), attribute.real('kept', 1 / (1 - rate))];
}

/** The signed integer below which the fraction `rate` of all 32-bit integers lies. */
function thresholdOf(rate: number): number {
  return Math.min(Math.round(rate * 2 ** 32) - 2 ** 31, 2 ** 31 - 1);
}
