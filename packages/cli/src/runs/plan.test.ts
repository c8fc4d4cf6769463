import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runGram } from '../testing/run-gram.js';

const model = fileURLToPath(new URL('../encode/__fixtures__/tiny-model', import.meta.url));

it('gram plan predicts work, time and memory of strategies, each calibrated in a process of its own, and writes no run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gram-plan-test-'));
  const config = join(folder, 'tiny.yaml');
  writeFileSync(
    config,
    `data: { use: generated, users: 48, items: 16, interactionsPerUser: 12, testFraction: 0.25 }
tokenizer: { model: ${JSON.stringify(model)}, maxLength: 12 }
encoder: { use: bert, model: ${JSON.stringify(model)} }
model: { use: dkt, hidden: 8 }
strategy: { use: single-step }
training: { epochs: 4, batchSize: 4 }
output: ${JSON.stringify(join(folder, 'run'))}
`,
  );
  const { exitCode, stdout } = await runGram(['plan', config, '--strategies', 'end-to-end,single-step,multi-step:1e', '--seconds', '5', '--json']);
  expect(exitCode).toBe(0);
  const { shape, strategies, recommendation } = JSON.parse(stdout);
  // Of 36 students that are not held out, a hash takes some for validation: 7 batches of 4 histories of 12 answers.
  expect(shape).toMatchObject({ users: 48, items: 16, interactions: 576, stepsPerEpoch: 7, batches: 7, interactionsPerBatch: 48 });
  const [endToEnd, singleStep, multiStep] = strategies;
  expect(endToEnd.perEpoch.itemsBackward).toBeCloseTo(7 * 48);
  expect(singleStep.perEpoch.itemsBackward).toBeCloseTo(7 * shape.uniqueItemsPerBatch);
  // 4 epochs: 1 warms up, 1 settles; each of the other two is a window with two passes over the items met.
  expect(multiStep.perEpoch.itemsBackward).toBeCloseTo((2 * 2 * shape.met.at(-1).items) / 4);
  for (const { secondsPerEpoch, peakMemoryBytes } of strategies) expect([secondsPerEpoch > 0, peakMemoryBytes > 1e8]).toEqual([true, true]);
  expect(['end-to-end', 'single-step', 'multi-step:1e']).toContain(recommendation.strategy);
  expect(existsSync(join(folder, 'run'))).toBe(false);
}, 240_000);
