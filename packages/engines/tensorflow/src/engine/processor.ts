import { readFileSync } from 'node:fs';

/** What matters for matrix arithmetic, weakest first; the names of Linux. */
const notable = [
  'sse4_2', 'avx', 'avx2', 'fma', 'avx_vnni', 'avx512f', 'avx512bw', 'avx512_vnni', 'avx512_bf16', 'avx512_fp16', 'amx_tile', 'amx_int8', 'amx_bf16',
  'asimd', 'asimddp', 'fphp', 'asimdhp', 'bf16', 'i8mm', 'sve', 'sve2',
];

/** The notable instruction sets of this processor; empty where the system does not tell. */
export function instructionSets(cpuInfo: string = readCpuInfo()): string[] {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuInfo)?.[1] ?? '';
  const present = new Set(flags.trim().split(/\s+/));
  return notable.filter((name) => present.has(name));
}

function readCpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}
