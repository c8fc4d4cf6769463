import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultModelDirectory } from '@gramkit/engine-tensorflow';
import { describe, expect, it } from 'vitest';
import { runGram } from '../testing/run-gram.js';

const fixtures = fileURLToPath(new URL('__fixtures__', import.meta.url));
const model = join(fixtures, 'tiny-model');
const texts = join(fixtures, 'texts.txt');
const oracle = JSON.parse(readFileSync(join(fixtures, 'encodings.json'), 'utf8')) as { maxLength: number; encodings: EncodedLine[] };
const folder = mkdtempSync(join(tmpdir(), 'gram-encode-'));

interface EncodedLine {
  readonly text: string;
  readonly tokenIds: number[];
  readonly embedding: number[];
}

async function encode(from: string, to: string, ...more: string[]) {
  return runGram(['encode', '--texts', from, '--output', to, '--json', ...more]);
}

function linesOf(file: string): EncodedLine[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as EncodedLine);
}

function expectOracle(lines: readonly EncodedLine[]): void {
  expect(lines.map(({ text, tokenIds }) => ({ text, tokenIds }))).toEqual(oracle.encodings.map(({ text, tokenIds }) => ({ text, tokenIds })));
  lines.forEach((line, row) => line.embedding.forEach((value, column) => expect(value).toBeCloseTo(oracle.encodings[row]!.embedding[column]!, 4)));
}

describe('gram encode', () => {
  it("gives transformers' token ids and mean-pooled vectors, in the order of the texts", async () => {
    const file = join(folder, 'out.jsonl');
    const { exitCode, stdout } = await encode(texts, file, '--model', model, '--max-length', String(oracle.maxLength));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ output: file, texts: oracle.encodings.length, dimension: 16, maxLength: oracle.maxLength });
    expectOracle(linesOf(file));
  });

  it('reads JSON lines and writes NumPy with the same vectors', async () => {
    const from = join(folder, 'texts.jsonl');
    writeFileSync(from, oracle.encodings.map(({ text }) => `${JSON.stringify({ id: 1, text })}\n`).join(''));
    const file = join(folder, 'out.npy');
    expect((await encode(from, file, '--model', model, '--max-length', String(oracle.maxLength))).exitCode).toBe(0);
    const bytes = readFileSync(file);
    expect(bytes.subarray(10, 128).toString()).toContain(`'shape': (${oracle.encodings.length}, 16)`);
    const values = new Float32Array(new Uint8Array(bytes.subarray(128)).buffer);
    expect(values).toHaveLength(oracle.encodings.length * 16);
    oracle.encodings.forEach(({ embedding }, row) => embedding.forEach((value, column) => expect(values[row * 16 + column]).toBeCloseTo(value, 4)));
  });

  it('writes an empty file for no texts', async () => {
    const from = join(folder, 'none.txt');
    writeFileSync(from, '');
    expect((await encode(from, join(folder, 'none.jsonl'), '--model', model)).exitCode).toBe(0);
    expect(readFileSync(join(folder, 'none.jsonl'), 'utf8')).toBe('');
  });

  it('refuses a malformed line with file and line, and a model that is none, and writes nothing', async () => {
    const from = join(folder, 'bad.jsonl');
    writeFileSync(from, '{"text":"a"}\n{"txt":"b"}\n');
    const bad = await encode(from, join(folder, 'bad-out.jsonl'), '--model', model);
    expect(bad.exitCode).toBe(1);
    expect(JSON.parse(bad.stdout)).toMatchObject({ error: { code: 'DATA_MALFORMED', file: from, line: 2, field: 'text' } });
    const none = await encode(texts, join(folder, 'none-out.jsonl'), '--model', join(folder, 'no-model'));
    expect(none.exitCode).toBe(1);
    expect(JSON.parse(none.stdout).error.code).toBe('MODEL_FILE_MISSING');
    expect(readdirSync(folder).filter((name) => name.includes('-out'))).toEqual([]);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const from = join(folder, 'many.txt');
    writeFileSync(from, 'a text of some words that is long enough\n'.repeat(300_000));
    let interrupted = false;
    // Once: a second one ends the process without a word.
    const interrupt = (child: { kill(signal: 'SIGINT'): boolean }, stderr: string) => void (interrupted ||= stderr.includes('encoding: ') && child.kill('SIGINT'));
    const { exitCode, stderr } = await runGram(['encode', '--texts', from, '--output', join(folder, 'many.npy'), '--model', model, '--max-length', '12'], { onStderr: interrupt });
    expect(stderr).toContain('no output was written');
    expect(exitCode).toBe(130);
    expect(readdirSync(folder).filter((name) => name.includes('many.npy'))).toEqual([]);
  });

  it.runIf(existsSync(defaultModelDirectory()))('takes the MiniLM that set-up brought where no model is named', async () => {
    const file = join(folder, 'minilm.jsonl');
    const { exitCode, stdout } = await encode(texts, file);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ dimension: 384, maxLength: 128 });
    const lines = linesOf(file);
    expect(lines.map((line) => line.text)).toEqual(oracle.encodings.map((encoding) => encoding.text));
    expect(lines[1]!.tokenIds).toEqual([101, 102]);
    expect(lines.every((line) => line.embedding.length === 384)).toBe(true);
  });
});
