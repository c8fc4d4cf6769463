import { expect, it } from 'vitest';
import { formatDiagnosis, type Diagnosis } from './diagnosis.js';

const bare: Diagnosis = {
  ready: false,
  engine: null,
  bfloat16: { isFaster: true, summary: 'AMX: matrix products about four times as fast' },
  system: { node: '20.20.0', platform: 'linux', architecture: 'x64' },
  model: { path: '/cache/model', state: 'missing' },
  cache: { path: '/cache', bytes: 0, folders: {} },
  driver: null,
  gpu: { name: 'gpu', title: 'TensorFlow for NVIDIA GPUs', state: 'missing', problem: 'it is not set up', fix: 'npx gram setup --gpu' },
  parts: [{ name: 'tensorflow', title: "TensorFlow's library", state: 'missing', problem: 'it is not there', fix: 'npx gram setup' }],
  tools: [{ name: 'pip', title: 'downloads wheels', state: 'ready' }],
};

it('puts the command beside everything that is missing', () => {
  const text = formatDiagnosis(bare);
  expect(text).toMatch(/tensorflow\s+missing\s+it is not there\n\s+Fix: npx gram setup/);
  expect(text).toContain('Something is missing');
  expect(text).toMatch(/bfloat16\s+AMX: matrix products about four times as fast/);
});

it('shows the engine where there is one', () => {
  const engine = { name: 'tensorflow', device: 'cpu', threads: 2, instructionSets: ['avx512f'], precision: 'float32' as const, versions: { tensorflow: '2.21.0' } };
  const text = formatDiagnosis({ ...bare, ready: true, engine, parts: [] });
  expect(text).toMatch(/device\s+cpu, 2 threads/);
  expect(text).toMatch(/versions\s+tensorflow 2\.21\.0/);
  expect(text).toContain('Everything that training needs is there.');
});

it.each([
  ['none', null, /gpu driver\s+none/],
  ['one', { version: '550.54.15', recentEnough: true }, /gpu driver\s+NVIDIA 550\.54\.15$/m],
  ['one too old', { version: '470.1', recentEnough: false }, /gpu driver\s+NVIDIA 470\.1, too old for CUDA 12/],
] as const)('shows the driver where there is %s, and how to set a GPU up', (_case, driver, expected) => {
  const text = formatDiagnosis({ ...bare, driver });
  expect(text).toMatch(expected);
  expect(text).toMatch(/gpu\s+missing\s+it is not set up\n\s+Fix: npx gram setup --gpu/);
});
