import { tmpdir } from 'node:os';
import type { Engine, Precision } from '@gramkit/spec';
import { expect, it } from 'vitest';
import { silentLogger } from '../run/run-log.js';
import { warnOfSlowPrecision } from './precision.js';
import { openSession } from './run-session.js';

function engineOf(precision: Precision, instructionSets: string[] = [], device = 'cpu'): Engine {
  return { name: 'none', device, precision, describe: () => ({ name: 'none', device, threads: 1, instructionSets, precision, versions: {} }) };
}

async function warningsOf(engine: Engine): Promise<string[]> {
  const said: string[] = [];
  await warnOfSlowPrecision(engine, { ...silentLogger, message: (level, text) => void said.push(`${level}: ${text}`) });
  return said;
}

it('warns of bfloat16 on a processor without it, and of nothing else', async () => {
  expect(await warningsOf(engineOf('bfloat16', ['avx2', 'avx512f']))).toEqual([expect.stringMatching(/^warning: this processor has no instructions for bfloat16/)]);
  for (const instructionSet of ['avx512_bf16', 'amx_bf16', 'bf16']) expect(await warningsOf(engineOf('bfloat16', ['avx2', instructionSet]))).toEqual([]);
  expect(await warningsOf(engineOf('bfloat16', ['avx2'], 'gpu'))).toEqual([]);
  expect(await warningsOf(engineOf('float32', ['avx2']))).toEqual([]);
});

it('refuses an engine of another precision than the configured one', async () => {
  const open = (precision: Precision, engine: Engine) => openSession({ seed: 1, baseDirectory: tmpdir(), components: {}, engine: { precision } }, { engine });
  await expect(open('bfloat16', engineOf('float32'))).rejects.toMatchObject({
    code: 'ENGINE_UNSUPPORTED', message: expect.stringMatching(/computes in float32.*asks for bfloat16/) as string, details: { field: 'engine.precision' },
  });
  (await open('bfloat16', engineOf('bfloat16'))).dispose();
});
