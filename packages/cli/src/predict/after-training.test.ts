import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { runGram } from '../testing/run-gram.js';

const model = JSON.stringify(fileURLToPath(new URL('../encode/__fixtures__/tiny-model', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'gram-after-'));
const run = join(folder, 'run');

beforeAll(async () => {
  const config = join(folder, 'tiny.yaml');
  writeFileSync(config, `
data: { use: generated, users: 24, items: 16, interactionsPerUser: 8 }
tokenizer: { model: ${model}, maxLength: 12 }
encoder: { use: bert, model: ${model} }
model: { use: dkt, hidden: 8 }
strategy: { use: single-step }
training: { epochs: 1, batchSize: 8 }
output: run
`);
  expect((await runGram(['train', config])).exitCode).toBe(0);
});

it('gram predict puts probabilities beside the rows of a file, also of items that training never met', async () => {
  const input = join(folder, 'asked.csv');
  const items = join(folder, 'items.jsonl');
  const output = join(folder, 'predicted.jsonl');
  writeFileSync(input, 'user,item,response\nann,new,1\nbob,new,0\nann,other,\n');
  writeFileSync(items, '{"id":"new","text":"half of 12"}\n{"id":"other","text":"3/4 of 8"}\n');
  const { exitCode, stdout } = await runGram(['predict', run, '--input', input, '--output', output, '--items', items, '--json']);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ task: 'knowledge-tracing', output, rows: 3, withoutHistory: 2, items: 2 });
  const lines = readFileSync(output, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { user: string; probability: number | null });
  expect(lines.map(({ user, probability }) => [user, typeof probability])).toEqual([['ann', 'object'], ['bob', 'object'], ['ann', 'number']]);
  const again = await runGram(['predict', run, '--input', input, '--output', output, '--items', items]);
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toContain('--overwrite');
  const unknown = await runGram(['predict', run, '--input', input, '--output', join(folder, 'none.csv'), '--json']);
  expect(JSON.parse(unknown.stdout)).toMatchObject({ error: { code: 'DATA_MALFORMED', file: input, line: 2, field: 'item' } });
});

it('gram export writes the encoder as a folder that gram itself reads, and vectors with ids', async () => {
  const output = join(folder, 'encoder');
  const exported = await runGram(['export', run, '--format', 'huggingface', '--output', output, '--json']);
  expect(exported.exitCode).toBe(0);
  expect(JSON.parse(exported.stdout)).toMatchObject({ format: 'huggingface', output, dimension: 16, maximumLength: 12 });
  const texts = join(folder, 'texts.txt');
  writeFileSync(texts, 'half of 12\n3/4 of 8 and more words than fit into it\n');
  const [ofRun, ofFolder] = await Promise.all([['--run', run], ['--model', output, '--max-length', '12']].map(async (source, index) => {
    const vectors = join(folder, `vectors${index}.jsonl`);
    expect((await runGram(['encode', ...source, '--texts', texts, '--output', vectors])).exitCode).toBe(0);
    return readFileSync(vectors, 'utf8');
  }));
  expect(ofFolder).toBe(ofRun);
  const vectors = await runGram(['export', run, '--format', 'embeddings', '--output', join(folder, 'items.npy'), '--json']);
  expect(JSON.parse(vectors.stdout)).toMatchObject({ items: 16, dimension: 16 });
  expect(JSON.parse(readFileSync(join(folder, 'items.ids.json'), 'utf8'))).toHaveLength(16);
});

it('gram export refuses a format that is none and items without vectors as bad usage', async () => {
  expect((await runGram(['export', run, '--format', 'onnx', '--output', join(folder, 'x')])).exitCode).toBe(2);
  expect((await runGram(['export', run, '--format', 'huggingface', '--items', 'a.csv', '--output', join(folder, 'x')])).exitCode).toBe(2);
  expect(readdirSync(folder)).not.toContain('x');
});
