import { instructionSets } from './processor.js';

/** What a processor has for matrix products of bfloat16. */
export interface Bfloat16Support {
  /** Whether they are faster than those of float32; null where the system does not tell what the processor has. */
  readonly isFaster: boolean | null;
  /** The same for people: what there is, and what to expect of it. */
  readonly summary: string;
}

/** The strongest first. */
const units: readonly (readonly [instructionSet: string, summary: string])[] = [
  ['amx_bf16', 'AMX: matrix products about four times as fast'],
  ['avx512_bf16', 'AVX-512 BF16 (no AMX): matrix products about twice as fast'],
  ['bf16', 'Arm BF16: matrix products faster'],
];

/** What the processor, or one with these instruction sets, has for bfloat16. */
export function bfloat16Support(available: readonly string[] = instructionSets()): Bfloat16Support {
  const unit = units.find(([instructionSet]) => available.includes(instructionSet));
  if (unit !== undefined) return { isFaster: true, summary: unit[1] };
  if (available.length === 0) return { isFaster: null, summary: 'unknown: the system does not tell what the processor has' };
  return { isFaster: false, summary: 'none: bfloat16 would be slower than float32' };
}
