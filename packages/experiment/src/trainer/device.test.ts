import { tmpdir } from 'node:os';
import type { Engine } from '@gramkit/spec';
import { expect, it } from 'vitest';
import type { EngineConfiguration } from '../configuration/schema.js';
import { openSession } from './run-session.js';

function engineOn(device: string): Engine {
  return { name: 'none', device, precision: 'float32', describe: () => ({ name: 'none', device, threads: 1, instructionSets: [], precision: 'float32', versions: {} }) };
}

const open = (device: EngineConfiguration['device'], engine: Engine) =>
  openSession({ seed: 1, baseDirectory: tmpdir(), components: {}, engine: { device } }, { engine });

it('takes an engine on the device that is asked for, and any where none is', async () => {
  for (const [wanted, device] of [['gpu', 'gpu'], ['cpu', 'cpu'], ['auto', 'gpu'], [undefined, 'cpu']] as const) (await open(wanted, engineOn(device))).dispose();
});

it.each([['gpu', 'cpu'], ['cpu', 'gpu']] as const)('refuses, where the %s is asked for, an engine on the %s', async (wanted, device) => {
  await expect(open(wanted, engineOn(device))).rejects.toMatchObject({
    code: 'ENGINE_UNSUPPORTED', message: `the engine of this process computes on the ${device}, and the configuration asks for the ${wanted}`, details: { field: 'engine.device' },
  });
});
