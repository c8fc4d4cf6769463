import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runGram } from './testing/run-gram.js';

const folder = mkdtempSync(join(tmpdir(), 'gram-'));
const emptyCache = { GRAMKIT_CACHE: join(folder, 'empty-cache') };

describe('help', () => {
  it('names every command and the exit codes, without the engine', async () => {
    const { exitCode, stdout, stderr } = await runGram(['--help'], { env: emptyCache });
    expect(exitCode).toBe(0);
    for (const command of ['setup', 'doctor', 'plan', 'train', 'compare', 'evaluate', 'encode', 'data', 'plugins']) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(stdout).toContain('130 interrupted');
    expect(stderr).toBe('');
  });

  it("shows the generator's sizes and coefficients as flags", async () => {
    const { exitCode, stdout } = await runGram(['data', 'generate', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--interactions-per-user <number>');
    expect(stdout).toContain('--level-effect <number,number>');
    const news = await runGram(['data', 'generate', '--kind', 'news', '--help']);
    expect(news.stdout).toContain('--impressions-per-user <number>');
    expect(news.stdout).not.toContain('--level-effect');
  });

  it('generates news with the ceiling of their impressions, and answers into Parquet', async () => {
    const news = await runGram(['data', 'generate', '--kind=news', '--users', '60', '--output', 'news.duckdb', '--json'], { cwd: folder });
    expect(news.stderr).not.toMatch(/error/);
    expect(JSON.parse(news.stdout)).toMatchObject({ task: 'recommendation', users: 60, impressions: 600, ceiling: { interactions: 120, ranking: { ndcgAt10: expect.any(Number) } } });
    const newsFields = ['abstract', 'angle', 'appeal', 'scale', 'title', 'tone', 'topic', 'unseen'];
    const asParquet = await runGram(['data', 'generate', '--kind=news', '--users', '60', '--output', 'news.parquet', '--json'], { cwd: folder });
    expect(readdirSync(join(folder, 'news.parquet')).sort()).toEqual(['impressions.parquet', 'items.parquet']);
    const flags = ['impressions=news.parquet/impressions.parquet', 'items=news.parquet/items.parquet', 'columns.heldOut=held_out', 'columns.probabilities=probabilities', `fields={${newsFields.map((name) => `${name}: ${name}`).join(', ')}}`];
    const read = await runGram(['data', 'import', '--reader', 'impressions', ...flags.flatMap((flag) => ['--set', flag]), '--output', 'read.duckdb', '--json'], { cwd: folder });
    expect(JSON.parse(read.stdout)).toMatchObject({ task: 'recommendation', fingerprint: JSON.parse(asParquet.stdout).fingerprint });
    const answers = await runGram(['data', 'generate', '--users', '20', '--interactions', '900', '--output', 'answers.parquet', '--json'], { cwd: folder });
    expect(JSON.parse(answers.stdout)).toMatchObject({ store: 'answers.parquet', users: 20, interactions: 900 });
    expect(readdirSync(join(folder, 'answers.parquet')).sort()).toEqual(['interactions.parquet', 'items.parquet']);
    expect(readdirSync(folder).filter((name) => /partial|answers\.parquet\./.test(name))).toEqual([]);
  });

  it('replaces a store, or the folder of Parquet files, only where it is told to', async () => {
    const generate = ['data', 'generate', '--users', '20', '--interactions', '900', '--json', '--output'];
    const stores = ['again.duckdb', 'again.parquet'];
    for (const output of stores) expect((await runGram([...generate, output], { cwd: folder })).exitCode).toBe(0);
    const before = readFileSync(join(folder, 'again.duckdb'));
    for (const output of stores) {
      const refused = await runGram([...generate, output, '--seed', '2'], { cwd: folder });
      expect(refused.exitCode).toBe(1);
      expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'OUTPUT_UNWRITABLE', file: output, fix: expect.stringContaining('--overwrite') } });
    }
    const reader = ['data', 'import', '--reader', 'generated', '--set', 'users=30', '--set', 'interactions=900', '--json', '--output', 'again.duckdb'];
    expect(JSON.parse((await runGram(reader, { cwd: folder })).stdout)).toMatchObject({ error: { code: 'OUTPUT_UNWRITABLE', file: 'again.duckdb' } });
    expect(readFileSync(join(folder, 'again.duckdb')).equals(before)).toBe(true);
    for (const output of stores) expect((await runGram([...generate, output, '--seed', '2', '--overwrite'], { cwd: folder })).exitCode).toBe(0);
    expect(readFileSync(join(folder, 'again.duckdb')).equals(before)).toBe(false);
    expect(JSON.parse((await runGram([...reader, '--overwrite'], { cwd: folder })).stdout)).toMatchObject({ users: 30 });
  });
});

describe('usage errors end with 2', () => {
  it.each([
    [['trian'], /Did you mean train\?/],
    [['data', 'improt'], /Did you mean import\?/],
    [[], /Usage: gram/],
    [['train'], /no configuration to train/],
    [['train', 'no-such.yaml'], /no-such\.yaml/],
    [['train', 'a.yaml', '--rezume', 'x'], /Did you mean --resume\?/],
    [['compare', 'a.yaml'], /--strategies/],
    [['plan', 'no-such.yaml'], /no-such\.yaml/],
    [['plan', 'a.yaml', '--seconds', '0'], /whole number above 0/],
    [['plan', 'a.yaml', '--calibrate', 'frozen'], /parent process/],
    [['compare', 'a.yaml', '--strategies', 'frozen', '--limit', 'frozen=soon'], /no limit/],
    [['compare', 'a.yaml', '--strategies', 'frozen', '--seeds', '0'], /whole number above 0/],
    [['compare', 'a.yaml', '--strategies', 'frozen', '--variant', 'small'], /is no variant/],
    [['encode', '--texts', 'a.txt', '--output', 'b.csv'], /\.jsonl, \.npy/],
    [['encode', '--texts', 'a.pdf', '--output', 'b.npy'], /\.txt, \.jsonl/],
    [['encode', '--texts', 'a.txt', '--output', 'b.npy', '--max-length', '0'], /whole number above 0/],
    [['encode', '--texts', 'a.txt', '--output', 'b.npy', '--model', 'm', '--run', 'r'], /cannot be used with/],
    [['evaluate', 'run', '--split', 'train'], /test, validation/],
    [['data', 'import', '--output', 'x.duckdb'], /neither CONFIG nor --reader/],
    [['data', 'generate', '--output', 'x.duckdb', '--users', 'many'], /--users takes a number, not 'many'/],
    [['data', 'generate', '--output', 'x.duckdb', '--items', '7'], /--items/],
    [['data', 'generate', '--output', 'x.duckdb', '--kind', 'nws'], /no generator of kind 'nws'/],
  ])('gram %j', async (words, message) => {
    const { exitCode, stdout, stderr } = await runGram(words, { cwd: folder });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it('with --json as one object on standard output', async () => {
    const { exitCode, stdout } = await runGram(['train', 'no-such.yaml', '--json'], { cwd: folder });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CONFIGURATION_UNREADABLE', file: 'no-such.yaml' } });
    expect(JSON.parse((await runGram(['trian', '--json'])).stdout)).toMatchObject({ error: { code: 'USAGE', message: expect.stringContaining('Did you mean train?') } });
  });

  it.each(['nowhere', 'a-file.yaml'])('--resume %s says that this is no folder of a run', async (path) => {
    writeFileSync(join(folder, 'a-file.yaml'), 'data: { use: generated }\n');
    const { exitCode, stdout } = await runGram(['train', '--resume', path, '--json'], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'RUN_NOT_FOUND', file: join(folder, path), message: expect.stringContaining('no folder of a run') } });
    expect(exitCode).toBe(1);
  });

  it('an unknown key of a configuration is refused with the nearest one, before the engine is needed', async () => {
    const file = join(folder, 'misspelled.yaml');
    writeFileSync(file, 'data: { use: generated }\nencoder: { use: bert }\nmodel: { use: dkt, hiden: 8 }\nstrategy: { use: frozen }\ntraning: { epochs: 2 }\n');
    const { exitCode, stderr } = await runGram(['train', file], { env: emptyCache });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/traning[\s\S]*training/);
    expect(stderr).toMatch(/hiden[\s\S]*hidden/);
  });

  it('an unknown plugin is refused with those there are', async () => {
    const file = join(folder, 'unknown-plugin.yaml');
    writeFileSync(file, 'data: { use: generated }\nencoder: { use: bert }\nmodel: { use: dkt }\nstrategy: { use: singlestep }\n');
    const { exitCode, stdout } = await runGram(['train', file, '--json'], { env: emptyCache });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'PLUGIN_NOT_FOUND', alternatives: expect.arrayContaining(['single-step']) } });
  });
});

it('setup is refused for a GPU and for the CPU alone at once, before it brings anything', async () => {
  const { exitCode, stderr } = await runGram(['setup', '--gpu', '--cpu'], { env: emptyCache });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/'--gpu' cannot be used with option '--cpu'/);
  expect(existsSync(emptyCache.GRAMKIT_CACHE)).toBe(false);
});

describe('without set-up', () => {
  it('doctor ends with 1 and gives the command for every missing part', async () => {
    const { exitCode, stdout } = await runGram(['doctor', '--json'], { env: emptyCache });
    expect(exitCode).toBe(1);
    const { ready, engine, model, parts, gpu, bfloat16 } = JSON.parse(stdout);
    expect(bfloat16.summary).toMatch(/^(AMX|AVX-512 BF16|Arm BF16|none|unknown)/);
    expect(gpu).toMatchObject({ name: 'gpu', state: 'missing' });
    expect({ ready, engine, state: model.state }).toEqual({ ready: false, engine: null, state: 'missing' });
    expect(model.path.startsWith(emptyCache.GRAMKIT_CACHE)).toBe(true);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part).toMatchObject({ state: 'missing', fix: expect.stringContaining('gram setup') });
  });

  it('encode ends with 1, gives the command and leaves nothing behind', async () => {
    const texts = join(folder, 'texts.txt');
    writeFileSync(texts, 'a\n');
    const { exitCode, stdout, stderr } = await runGram(['encode', '--texts', texts, '--output', join(folder, 'out.jsonl'), '--json'], { env: emptyCache });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ENGINE_NOT_SET_UP' } });
    expect(stderr).toContain('gram setup');
    expect(existsSync(join(folder, 'out.jsonl'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });
});
