import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installBundled } from '../testing/bundle-plugin.js';
import { runGram } from '../testing/run-gram.js';

const project = mkdtempSync(join(tmpdir(), 'gram-plugins-'));
const executed = join(project, 'executed');

/** A package whose code notes that it ran. */
function install(name: string, fields: object = {}, source = ''): void {
  const folder = join(project, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '2.0.0', type: 'module', exports: './index.js', ...fields }));
  writeFileSync(join(folder, 'index.js'), `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(executed)}, '${name} ');\n${source}`);
}

const declared = (kind: string, name: string, version = 1): Readonly<Record<string, unknown>> => ({ gramkit: { plugins: [{ kind, name, specificationVersion: version, description: `The ${name}.` }] } });

beforeAll(async () => {
  install('gramkit-encoder-silent', declared('encoder', 'silent'));
  install('gramkit-encoder-undeclared');
  install('gramkit-encoder-future', declared('encoder', 'future', 2));
  install('gramkit-model-garbled', { gramkit: { plugins: 'all' } });
  await installBundled(project, 'gramkit-encoder-own', '../../../encoders/id/src/index.ts', declared('encoder', 'id'));
  await installBundled(project, 'gramkit-encoder-failing', './failing-encoder.ts');
});
beforeEach(() => writeFileSync(executed, ''));
afterAll(() => rmSync(project, { recursive: true, force: true }));

const gram = (...words: string[]) => runGram([...words, '--json'], { cwd: project });
const ran = (): string => readFileSync(executed, 'utf8');

function configuration(encoder: string, output: string): string {
  const file = join(project, `${output}.yaml`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `seed: 3
data: { use: generated, users: 40, items: 32, interactionsPerUser: 10, windowLength: 10 }
encoder: { use: ${encoder} }
model: { use: dkt, hidden: 8, layers: 1 }
strategy: { use: single-step }
training: { epochs: 1, batchSize: 4 }
engine: { threads: 1 }
`);
  return file;
}

describe('gram plugins', () => {
  it('lists built-in and installed plugins and what is refused, and runs none', async () => {
    const { exitCode, stdout } = await gram('plugins');
    expect(exitCode).toBe(0);
    const { specificationVersion, plugins, refused } = JSON.parse(stdout) as { specificationVersion: number; plugins: { kind: string; use: string; packageName: string; problem?: string }[]; refused: object[] };
    expect(specificationVersion).toBe(1);
    expect(plugins.map(({ kind, use }) => `${kind} ${use}`)).toEqual(expect.arrayContaining(['reader generated', 'tokenizer huggingface', 'encoder bert', 'model dkt', 'strategy multi-step', 'optimizer adam', 'encoder silent', 'encoder undeclared']));
    expect(plugins.filter(({ problem }) => problem !== undefined)).toMatchObject([{ packageName: 'gramkit-encoder-future', specificationVersion: 2, folder: expect.stringMatching(/gramkit-encoder-future$/) }]);
    expect(refused).toMatchObject([{ packageName: 'gramkit-model-garbled' }]);
    expect(ran()).toBe('');
    const text = (await runGram(['plugins'], { cwd: project })).stdout;
    expect(text).toMatch(/^encoder +silent +gramkit-encoder-silent 2\.0\.0 +1 +node_modules\/gramkit-encoder-silent +The silent\.$/m);
    expect(text).toMatch(/^encoder +undeclared .*unknown .*not loaded/m);
    expect(text).toMatch(/Refused:\ngramkit-encoder-future 2\.0\.0 \(.*\): .*version 2.*version 1/);
    expect(text).toContain('Loading a plugin runs its code');
  });

  it('loads what it is named, tells its options, and nothing else runs', async () => {
    const { stdout } = await gram('plugins', 'own', 'dkt');
    expect(JSON.parse(stdout).loaded).toMatchObject([
      { kind: 'encoder', name: 'id', use: 'own', source: 'package', options: expect.arrayContaining([{ key: 'dimension', type: expect.stringContaining('integer'), required: false, default: expect.any(Number), description: expect.any(String) }]), dependencies: expect.arrayContaining([expect.objectContaining({ name: 'seed' })]) },
      { kind: 'model', name: 'dkt', source: 'built-in', task: 'knowledge-tracing' },
    ]);
    const text = (await runGram(['plugins', 'failing', '--project', project])).stdout;
    expect(text).toMatch(/^encoder failing: Fails\.$/m);
    expect(text).toMatch(/^vectors +string +"vectors\.txt" +a file of vectors$/m);
    expect(ran()).toBe('');
  });

  it('says in its help that loading runs code', async () => {
    expect((await runGram(['plugins', '--help'])).stdout).toContain('Loading a plugin runs its code');
  });

  it.each([['future', 'PLUGIN_VERSION'], ['no-such', 'PLUGIN_NOT_FOUND'], ['silent', 'PLUGIN_INVALID']])('%s ends with 2: %s', async (name, code) => {
    const { exitCode, stdout } = await gram('plugins', name);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code, fix: expect.any(String) } });
    expect(exitCode).toBe(2);
    expect(ran()).toBe(name === 'silent' ? 'gramkit-encoder-silent ' : '');
  });
});

describe('a plugin with its own copies of the specification, zod and tfjs-core', () => {
  it('trains as the one without them does, bit by bit, and no other package runs', async () => {
    const [own, builtIn] = [await gram('train', configuration('own', 'own')), await gram('train', configuration('id', 'built-in'))];
    expect([own.exitCode, builtIn.exitCode]).toEqual([0, 0]);
    expect(JSON.parse(own.stdout).test).toEqual(JSON.parse(builtIn.stdout).test);
    expect(lossesOf('own')).toEqual(lossesOf('built-in'));
    expect(lossesOf('own').length).toBeGreaterThan(3);
    expect(ran()).toBe('');
  });

  it('computes with the engine of Gramkit, which is there before any plugin', async () => {
    install('gramkit-encoder-asks', {}, `appendFileSync(${JSON.stringify(executed)}, globalThis._tfengine === undefined ? 'first' : 'second');`);
    await gram('plugins', 'asks');
    expect(ran()).toBe('gramkit-encoder-asks second');
  });

  it('is told of where its copy of tfjs-core came first and does not fit', async () => {
    const preload = join(project, 'preload.mjs');
    writeFileSync(preload, `import './node_modules/gramkit-encoder-own/index.js';
globalThis._tfengine.disposeTensor = () => { throw new TypeError('decComplexRef is not a function'); };`);
    const { exitCode, stdout } = await runGram(['train', configuration('id', 'other-engine'), '--json'], { cwd: project, env: { NODE_OPTIONS: `--import ${preload}` } });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ENGINE_UNSUPPORTED', message: expect.stringMatching(/another copy of @tensorflow\/tfjs-core.*decComplexRef/), fix: expect.stringContaining('npm ls @tensorflow/tfjs-core') } });
    expect(exitCode).toBe(1);
  });

  it('is named from a configuration in a nested folder', async () => {
    const { exitCode, stdout } = await gram('train', configuration('own', 'nested/deeper/run'), '--set', 'training.maximumSteps=1');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ stoppedBy: 'maximum-steps' });
  });

  it("is read by Gramkit when it throws its own copy's error", async () => {
    const { exitCode, stdout, stderr } = await gram('train', configuration('failing', 'failing'));
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'DATA_MALFORMED', message: 'a vector has 3 numbers, expected 4', file: 'vectors.txt', line: 2, fix: 'correct the line' } });
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(exitCode).toBe(1);
    expect(existsSync(join(project, 'runs/failing'))).toBe(false);
  });
});

/** The losses of a run's steps. */
function lossesOf(run: string): number[] {
  const lines = readFileSync(join(project, 'runs', run, 'metrics.jsonl'), 'utf8').split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as { kind: string; loss: number }).filter(({ kind }) => kind === 'step').map(({ loss }) => loss);
}
