import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { runGram } from '../testing/run-gram.js';

const model = fileURLToPath(new URL('../encode/__fixtures__/tiny-model', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gram-train-'));
const config = join(folder, 'tiny.yaml');

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    config,
    `data: { use: generated, users: 48, items: 16, interactionsPerUser: 12 }
tokenizer: { model: ${JSON.stringify(model)}, maxLength: 12 }
encoder: { use: bert, model: ${JSON.stringify(model)} }
model: { use: dkt, hidden: 8 }
strategy: { use: single-step }
training: { epochs: 4, batchSize: 4 }
`,
  );
});

/** Content of a run's last checkpoint, by file. */
function lastCheckpoint(run: string): Record<string, string> {
  const checkpoints = join(run, 'checkpoints');
  const last = readdirSync(checkpoints).filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(a) - Number(b)).at(-1)!;
  const tensors = readdirSync(join(checkpoints, last)).filter((name) => name.endsWith('.safetensors'));
  return Object.fromEntries(tensors.map((name) => [name, readFileSync(join(checkpoints, last, name)).toString('base64')]));
}

const train = (run: string, ...more: string[]) => runGram(['train', config, '--set', `output=${run}`, ...more]);

describe('gram train', () => {
  it('prints one report as JSON and nothing else on standard output; evaluate and encode then read the run', async () => {
    const run = join(folder, 'whole');
    const { exitCode, stdout } = await train(run, '--json');
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ complete: true, epochsTrained: 4, runDirectory: run });
    expect(report.test.auc).toBeGreaterThan(0);
    const evaluation = await runGram(['evaluate', run, '--json']);
    expect(JSON.parse(evaluation.stdout).metrics.auc).toBeCloseTo(report.test.auc, 6);
    const texts = join(folder, 'texts.txt');
    writeFileSync(texts, 'what is 3/4 of 12\n');
    const encoded = await runGram(['encode', '--run', run, '--texts', texts, '--output', join(folder, 'run.jsonl')]);
    expect(encoded.exitCode).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'run.jsonl'), 'utf8')).embedding).toHaveLength(16);
  });

  it('refuses a folder that has a run already and says what to do', async () => {
    const { exitCode, stderr } = await train(join(folder, 'whole'));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('--overwrite');
  });

  it('saves its state at Ctrl-C, ends with 130, and resumes to the same weights, bit for bit', async () => {
    const whole = join(folder, 'uninterrupted');
    const broken = join(folder, 'interrupted');
    expect((await train(whole)).exitCode).toBe(0);
    let interrupted = false;
    const watch = setInterval(() => {
      const metrics = join(broken, 'metrics.jsonl');
      if (existsSync(metrics) && readFileSync(metrics, 'utf8').split('\n').length > 5) interrupted ||= child?.kill('SIGINT') ?? false;
    }, 20);
    let child: { kill(signal: 'SIGINT'): boolean } | undefined;
    const stopped = await runGram(['train', config, '--set', `output=${broken}`, 'training.epochs=4'], { onStart: (started) => (child = started) });
    clearInterval(watch);
    expect(stopped.exitCode).toBe(130);
    expect(stopped.stderr).toContain('--resume');
    const resumed = await runGram(['train', '--resume', broken, '--json']);
    expect(resumed.exitCode).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ complete: true, epochsTrained: 4 });
    expect(lastCheckpoint(broken)).toEqual(lastCheckpoint(whole));
  });
});

describe('gram compare', () => {
  it('runs each strategy in a process of its own and writes table, JSON and page', async () => {
    const output = join(folder, 'comparison');
    const words = ['compare', config, '--strategies', 'frozen,end-to-end,multi-step:1e', '--limit', 'end-to-end=2steps', '--set', 'training.epochs=5', '--output', output];
    const { exitCode, stdout, stderr } = await runGram([...words, '--json']);
    expect(stderr).toContain('[3/3] multi-step:1e');
    expect(exitCode).toBe(0);
    const { rows } = JSON.parse(stdout) as { rows: { strategy: string; quality: { auc?: { mean: number } }; epochBasis: string }[] };
    expect(rows.map(({ strategy }) => strategy)).toEqual(['frozen', 'end-to-end', 'multi-step:1e']);
    expect(rows[1]!.quality).toEqual({});
    expect(rows[1]).toMatchObject({ complete: false, epochBasis: 'extrapolated' });
    expect(rows[0]!.quality.auc!.mean).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(join(output, 'comparison.json'), 'utf8')).rows).toEqual(rows);
    expect(readFileSync(join(output, 'comparison.html'), 'utf8')).toContain('multi-step:1e');
  });

  it("passes on a run's own failure", async () => {
    const words = ['compare', config, '--strategies', 'frozen', '--set', `encoder.model=${join(folder, 'no-model')}`, '--output', join(folder, 'failing'), '--json'];
    const { exitCode, stdout, stderr } = await runGram(words);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe('MODEL_FILE_MISSING');
    expect(stderr.match(/error: /g)).toHaveLength(1);
  });
});
