import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { type BatchLayout, type GramkitError, type ItemEncoder, type Json, type RunLogger, type SequenceModel, tokens } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration, resolveConfiguration } from '../configuration/resolve-configuration.js';
import { parseConfiguration } from '../configuration/document.js';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import { loadRun } from '../encoding/load-run.js';
import { evaluateRun } from '../evaluation/evaluate-run.js';
import type { KnowledgeTracingMetrics } from '../metrics/knowledge-tracing-metrics.js';
import { silentLogger } from '../run/run-log.js';
import { interruptAfter, interruptDuring } from '../testing/interrupt-after.js';
import { lastTensorsOf, linesOf as runLines } from '../testing/run-files.js';
import { writeTinyBert } from '../testing/tiny-bert.js';
import { readReport, trainRun } from './train-run.js';

let folder: string;

/** A run of seconds: 24 students of the generator, 12 steps an epoch of two students each, a BERT eight wide. */
function configurationOf(output: string, ...overrides: string[]): Promise<ResolvedConfiguration> {
  const text = `
seed: 3
data: { use: generated, users: 40, items: 32, interactionsPerUser: 10, split: { validation: 0.2 }, windowLength: 10 }
tokenizer: { use: huggingface, model: bert, maxLength: 24 }
encoder: { use: bert, model: bert, dropout: 0.1 }
model: { use: dkt, hidden: 8, layers: 1 }
strategy: { use: single-step }
training: { epochs: 2, batchSize: 4 }
engine: { threads: 1 }
output: ${output}
`;
  return resolveConfiguration(parseConfiguration(text, { source: 'run.yaml', baseDirectory: folder, overrides }));
}

beforeAll(async () => {
  await loadEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'gramkit-train-'));
  // The engine is loaded: from here on the cache is for data sets alone.
  process.env['GRAMKIT_CACHE'] = join(folder, 'cache');
  await writeTinyBert(join(folder, 'bert'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const weightsOf = (output: string) => lastTensorsOf(join(folder, output));
const linesOf = (output: string) => runLines(join(folder, output));

describe('trainRun', () => {
  it.each(['frozen', 'end-to-end', 'single-step', 'multi-step:10', 'multi-step:1e', 'speedy-feed'])('trains under %s to its end and frees every tensor', async (strategy) => {
    const [use, interval] = strategy.split(':');
    const output = `every-${use}-${interval ?? ''}`;
    const before = tf.memory().numTensors;
    const report = await trainRun(await configurationOf(output, `strategy.use=${use}`, ...(interval === undefined ? [] : [`strategy.interval=${interval}`])));
    expect(tf.memory().numTensors).toBe(before);
    expect(report).toMatchObject({ complete: true, stoppedBy: 'epochs', epochsTrained: 2, steps: 2 * report.stepsPerEpoch, secondsPerEpoch: { basis: 'measured' } });
    expect(report.test).toMatchObject({ task: 'knowledge-tracing', predictions: 10 * 9 });
    expect((report.test as KnowledgeTracingMetrics).coldStartPredictions).toBeGreaterThan(0);
    expect(report.test!.auc).toBeGreaterThan(0);
    expect(report.ceilingAuc).toBeGreaterThan(0.5);
    expect(report.validation.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(report.validation[0]!.trainingSeconds).toBeLessThan(report.validation[1]!.trainingSeconds);
    expect(report.validation[1]!.trainingSeconds).toBe(report.trainingSeconds);
    expect(report.encoderItemsForward).toBeGreaterThan(0);
    expect(report.encoderItemsBackward > 0).toBe(use !== 'frozen');
    expect(report.peakTrainingMemoryBytes).toBeGreaterThan(50e6);
    expect(report.peakMemoryBytes).toBeGreaterThanOrEqual(report.peakTrainingMemoryBytes);
    expect(report.compiled.map(({ name }) => name).some((name) => name.startsWith('dkt'))).toBe(true);
    for (const { compilations, calls, seconds } of report.compiled) expect(compilations <= calls && seconds > 0).toBe(true);
    expect(await readReport(join(folder, output))).toEqual(report);
    const lines = await linesOf(output);
    expect(lines.filter(({ kind }) => kind === 'step').map(({ step }) => step)).toEqual(Array.from({ length: report.steps }, (_, index) => index + 1));
    const compiling = lines.filter(({ kind }) => kind === 'step').map(({ seconds, compileSeconds }) => ({ seconds: seconds as number, compileSeconds: compileSeconds as number }));
    expect(compiling[0]!.compileSeconds).toBeGreaterThan(0);
    expect(compiling.filter(({ seconds, compileSeconds }) => compileSeconds < 0 || compileSeconds > seconds)).toEqual([]);
    expect(compiling.reduce((sum, { compileSeconds }) => sum + compileSeconds, 0)).toBeLessThanOrEqual(report.compiled.reduce((sum, { seconds }) => sum + seconds, 0) + 1e-9);
    expect(lines.filter(({ kind }) => kind === 'window').length > 0).toBe(use === 'multi-step');
    for (const { kind, step, steps } of lines) if (kind === 'window' && interval === '10') expect(step).toBe(steps);
    expect(await readdir(join(folder, output))).toEqual(['checkpoints', 'config.yaml', 'metrics.jsonl', 'report.json', 'run.json', 'tensorboard', 'test-predictions.safetensors']);
  });

  it('gives the same weights, bit for bit, for the same seed, and others for another', async () => {
    await trainRun(await configurationOf('seed-a', 'training.epochs=1'));
    await trainRun(await configurationOf('seed-b', 'training.epochs=1'));
    await trainRun(await configurationOf('seed-c', 'training.epochs=1', 'seed=4'));
    expect(await weightsOf('seed-b')).toEqual(await weightsOf('seed-a'));
    expect(await weightsOf('seed-c')).not.toEqual(await weightsOf('seed-a'));
  });

  it.each(['single-step', 'multi-step', 'end-to-end', 'frozen', 'speedy-feed'])('goes on under %s from an interrupt in the middle as if there had been none', async (use) => {
    const options: Record<string, string[]> = { 'multi-step': ['interval=4', 'warmUpEpochs=0', 'settlingEpochs=0'], frozen: ['diskCache=0'], 'speedy-feed': ['lookupGrowth=1', 'ageLimit=3'] };
    const more = [`strategy.use=${use}`, 'training.epochs=3', ...(options[use] ?? []).map((option) => `strategy.${option}`)];
    const whole = await trainRun(await configurationOf(`whole-${use}`, ...more));
    const output = `parts-${use}`;
    for (const [step, resume] of [[2, false], [9, true]] as const) {
      const stopped = trainRun(await configurationOf(output, ...more), { ...interruptAfter(step), resume });
      await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
      expect((await linesOf(output)).at(-1)).toMatchObject({ kind: 'step', step });
    }
    const parts = await trainRun(await configurationOf(output, ...more), { resume: true });
    expect(await weightsOf(output)).toEqual(await weightsOf(`whole-${use}`));
    expect(parts.test).toEqual(whole.test);
    expect(parts.validation.map(({ metrics }) => metrics)).toEqual(whole.validation.map(({ metrics }) => metrics));
    // Frozen encodes the catalogue anew at each of the three starts, and says so.
    expect(parts.encoderItemsForward).toBe(whole.encoderItemsForward * (use === 'frozen' ? 3 : 1));
    expect((await linesOf(output)).filter(({ kind }) => kind === 'step').map(({ step }) => step)).toEqual(Array.from({ length: whole.steps }, (_, index) => index + 1));
  });

  it.each([
    ['within an epoch', ['strategy.interval=3']],
    ['at every step', ['strategy.interval=1', 'training.epochs=1', 'training.patience=1']],
    ['at the end of epochs', ['strategy.interval=1e']],
    ['over the end of epochs', ['strategy.interval=1.5e', 'training.epochs=3']],
    ['at a cap', ['strategy.interval=3', 'training.maximumSteps=4']],
  ])('leaves the regression of a window %s at an interrupt, and goes on as if it had not', async (where, overrides) => {
    const more = ['strategy.use=multi-step', 'strategy.warmUpEpochs=0', 'strategy.settlingEpochs=0', 'strategy.miniBatch=4', ...overrides];
    const output = `left ${where}`;
    const whole = await trainRun(await configurationOf(`never ${output}`, ...more));
    let resume = false;
    for (const [window, times] of [[1, 3], [1, 2], [2, 5]] as const) {
      const stopped = trainRun(await configurationOf(output, ...more), { ...interruptDuring(new RegExp(`encoder after window ${window}$`), times), resume });
      await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED', message: expect.stringContaining('state is saved') });
      expect((await linesOf(output)).filter(({ kind }) => kind === 'window')).toHaveLength(window - 1);
      resume = true;
    }
    const parts = await trainRun(await configurationOf(output, ...more), { resume: true });
    expect(await weightsOf(output)).toEqual(await weightsOf(`never ${output}`));
    expect(parts.test).toEqual(whole.test);
    expect(parts.encoderItemsBackward).toBe(whole.encoderItemsBackward);
    const windows = async (name: string) => (await linesOf(name)).filter(({ kind }) => kind === 'window');
    expect(await windows(output)).toEqual(await windows(`never ${output}`));
    expect((await linesOf(output)).filter(({ kind }) => kind === 'step').map(({ step }) => step)).toEqual(Array.from({ length: whole.steps }, (_, index) => index + 1));
  });

  it('goes on under a higher cap from before a finish that was interrupted', async () => {
    const more = ['strategy.use=multi-step', 'strategy.interval=8', 'strategy.warmUpEpochs=0', 'strategy.settlingEpochs=0', 'strategy.miniBatch=4'];
    await expect(trainRun(await configurationOf('cut-finish', ...more, 'training.maximumSteps=5'), interruptDuring(/encoder after window 1$/, 2))).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await trainRun(await configurationOf('cut-finish', ...more), { resume: true });
    await trainRun(await configurationOf('uncut-finish', ...more));
    expect(await weightsOf('cut-finish')).toEqual(await weightsOf('uncut-finish'));
  });

  it('turns the event loop after each step, so that a signal from outside stops it there', async () => {
    const controller = new AbortController();
    const logger: RunLogger = { ...silentLogger, metrics: (record) => void (record['kind'] === 'step' && record['step'] === 2 && setImmediate(() => controller.abort())) };
    await expect(trainRun(await configurationOf('signalled'), { logger, signal: controller.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await linesOf('signalled')).at(-1)).toMatchObject({ kind: 'step', step: 2 });
  });

  it('goes on from the last checkpoint of a run that died, and leaves no trace of the steps after it', async () => {
    const overrides = ['strategy.use=multi-step', 'strategy.interval=3', 'strategy.warmUpEpochs=0', 'training.checkpointEvery=2'];
    const dying: RunLogger = { ...silentLogger, metrics: (record) => { if (record['step'] === 5 && record['kind'] === 'step') throw new Error('killed'); } };
    await expect(trainRun(await configurationOf('died', ...overrides), { logger: dying })).rejects.toThrow('killed');
    expect((await linesOf('died')).at(-1)).toMatchObject({ step: 5 });
    const again = await trainRun(await configurationOf('died', ...overrides), { resume: true });
    const whole = await trainRun(await configurationOf('lived', ...overrides));
    expect(await weightsOf('died')).toEqual(await weightsOf('lived'));
    expect(again.test).toEqual(whole.test);
    const withoutTimes = (lines: readonly Record<string, Json>[]): unknown => lines.map((line) => Object.entries(line).filter(([name]) => !name.toLowerCase().includes('seconds')));
    expect(withoutTimes(await linesOf('died'))).toEqual(withoutTimes(await linesOf('lived')));
  });

  it('stops at its caps, says so, and goes on under higher ones as if it had not stopped', async () => {
    const capped = await trainRun(await configurationOf('capped', 'training.maximumSteps=3', 'strategy.use=multi-step', 'strategy.warmUpEpochs=0'));
    expect(capped).toMatchObject({ complete: false, stoppedBy: 'maximum-steps', steps: 3, epochsTrained: 0, secondsPerEpoch: { basis: 'extrapolated' } });
    await trainRun(await configurationOf('capped', 'strategy.use=multi-step', 'strategy.warmUpEpochs=0'), { resume: true });
    await trainRun(await configurationOf('uncapped', 'strategy.use=multi-step', 'strategy.warmUpEpochs=0'));
    expect(await weightsOf('capped')).toEqual(await weightsOf('uncapped'));
    const timed = await trainRun(await configurationOf('timed', 'training.maximumSeconds=0.000001'));
    expect(timed).toMatchObject({ complete: false, stoppedBy: 'maximum-seconds', steps: 1 });
  });

  it('stops early on the validation AUC and reports the test set at the best checkpoint', async () => {
    const overrides = ['training.epochs=12', 'training.patience=1', 'strategy.use=frozen', 'optimizers.model.learningRate=0.05', 'training.keepCheckpoints=1'];
    const report = await trainRun(await configurationOf('patient', ...overrides));
    expect(report.stoppedBy).toBe('patience');
    expect(report.complete).toBe(true);
    const aucs = report.validation.map(({ metrics }) => metrics.auc!);
    const best = report.validation[aucs.indexOf(Math.max(...aucs))]!;
    const evaluation = await evaluateRun(join(folder, 'patient'));
    expect(evaluation.step).toBe(best.step);
    expect(evaluation.metrics).toEqual(report.test);
    expect(evaluation.intervals).toEqual(report.testIntervals);
    const { auc } = report.testIntervals!.of;
    expect(auc!.low <= report.test!.auc! && report.test!.auc! <= auc!.high && auc!.low < auc!.high).toBe(true);
    expect(report.metricConventions).toMatchObject({ auc: expect.stringContaining('Mann-Whitney') as string, intervals: expect.stringContaining('bootstrap over users') as string });
    expect((await evaluateRun(join(folder, 'patient'), { split: 'validation' })).metrics).toEqual(best.metrics);
  });

  it('evaluates a run on another data set, with what is new to the run told by item ids', async () => {
    const run = join(folder, 'patient');
    const own = await evaluateRun(run);
    const onOwn = await evaluateRun(run, { overrides: ['data.split.validation=0.3'] });
    // The generator's own test users, whatever is held out beside them; items of the run's training stay met.
    expect(onOwn.metrics).toEqual(own.metrics);
    const other = await evaluateRun(run, { overrides: ['data.users=60', 'data.seed=9'] });
    expect(other.metrics).toMatchObject({ predictions: 15 * 9 });
    expect(other.metrics.auc).not.toBe(own.metrics.auc);
    await expect(evaluateRun(run, { overrides: ['model.hidden=9'] })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(evaluateRun(run, { overrides: ['data.usres=9'] })).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
  });

  it('leaves a run whose encoder can be loaded, trained', async () => {
    const run = await loadRun(join(folder, 'every-single-step-'));
    const untouched = await loadRun(join(folder, 'every-frozen-'));
    const items = run.tokenizer.prepare([{ id: 'a', fields: { text: 'some text' } }]);
    const [trained, frozen] = [await run.encode(items, [0]), await untouched.encode(items, [0])];
    expect(trained).toHaveLength(8);
    expect(trained).not.toEqual(frozen);
    run.dispose();
    untouched.dispose();
  });

  it('writes what a run depended on', async () => {
    const record = JSON.parse(await readFile(join(folder, 'every-frozen-', 'run.json'), 'utf8')) as Record<string, Json>;
    expect(record).toMatchObject({
      formatVersion: 1, seed: 3, data: { reader: 'generated', items: 32, users: 40, interactions: 400 },
      metricConventions: { auc: expect.stringContaining('Mann-Whitney') as string }, engine: { name: 'tensorflow', precision: 'float32' },
    });
    const again = await loadConfiguration(join(folder, 'every-frozen-', 'config.yaml'));
    expect(again.output).toBe(join(folder, 'every-frozen-'));
  });

  it('refuses to write over a run unless told, and to resume what is not there or is another', async () => {
    const error = (await trainRun(await configurationOf('every-frozen-')).catch((caught: unknown) => caught)) as GramkitError;
    expect(error).toMatchObject({ code: 'OUTPUT_UNWRITABLE', details: { fix: expect.stringContaining('--overwrite') as string } });
    await expect(trainRun(await configurationOf('never'), { resume: true })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(trainRun(await configurationOf('seed-a', 'training.epochs=1', 'model.hidden=9'), { resume: true })).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH', message: expect.stringContaining('model.hidden was 8 and is 9') as string });
    await expect(trainRun(await configurationOf('seed-a', 'training.epochs=1', 'engine.precision=bfloat16'), { resume: true })).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH', message: expect.stringContaining('engine.precision was "float32" and is "bfloat16"') as string });
    await expect(trainRun(await configurationOf('never', 'engine.precision=bfloat16'))).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
    expect(existsSync(join(folder, 'never'))).toBe(false);
    const report = await trainRun(await configurationOf('seed-a', 'training.epochs=1'), { resume: true });
    expect(report.precision).toBe('float32');
    expect(report).toEqual(await readReport(join(folder, 'seed-a')));
    const replaced = await trainRun(await configurationOf('seed-b', 'training.epochs=1', 'strategy.use=frozen'), { overwrite: true });
    expect(replaced.strategy).toMatchObject({ use: 'frozen' });
  });

  it('names diverged training', async () => {
    await expect(trainRun(await configurationOf('diverged', 'optimizers.model.learningRate=1e30'))).rejects.toMatchObject({ code: 'NUMERIC_FAILURE' });
  });

  it('refuses patience with nobody to validate on', async () => {
    await expect(trainRun(await configurationOf('impatient', 'training.patience=1', 'data.split.validation=0'))).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { field: 'training.patience' } });
    // It failed before its first step: the folder is free for the next try.
    expect(existsSync(join(folder, 'impatient'))).toBe(false);
  });

  it('trains with an encoder and a model that were put in the places of the configured ones', async () => {
    const before = tf.memory().numTensors;
    const weight = tf.tidy(() => tf.variable(tf.randomNormal([1, 3], 0, 1, 'float32', 1)));
    const encoder: ItemEncoder = {
      specificationVersion: 1, kind: 'encoder', name: 'lengths', dimension: 3, weights: [{ name: 'w', variable: weight, trainable: true }],
      encode: (input) => tf.tidy(() => tf.matMul(tf.reshape(tf.cast(input['lengths']!, 'float32'), [-1, 1]), weight as unknown as tf.Tensor2D)),
      dispose: () => weight.dispose(),
    };
    let scored = 0;
    const report = await trainRun(await configurationOf('replaced'), {
      customize: (run) => {
        run.rebind(tokens.itemEncoder, encoder);
        run.rebind(tokens.sequenceModel, async (_run, original) => {
          const model = await original();
          const counted: SequenceModel = { ...bound(model), score: (encodings, batch) => (scored++, model.score(encodings, batch)) };
          return counted;
        });
      },
    });
    expect(report.complete).toBe(true);
    expect(scored).toBeGreaterThan(0);
    expect(Object.keys((await weightsOf('replaced'))['encoder.safetensors'] as object)).toEqual(['w']);
    weight.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives a model its batches in the layout it names, and learns the same in either', async () => {
    const learnIn = async (batchLayout: BatchLayout): Promise<{ readonly losses: Json[]; readonly auc: number; readonly hadStarts: Set<boolean>[] }> => {
      const hadStarts = [new Set<boolean>(), new Set<boolean>()];
      const output = `in-${batchLayout}`;
      const report = await trainRun(await configurationOf(output, 'data.windowLength=7', 'training.batchSize=5', 'training.epochs=1', 'model.dropout=0'), {
        customize: (run) => run.rebind(tokens.sequenceModel, async (_run, original): Promise<SequenceModel> => {
          const model = bound(await original());
          return {
            ...model, batchLayout,
            loss: (encodings, batch, pass) => (hadStarts[0]!.add('starts' in batch.fields), model.loss(encodings, batch, pass)),
            score: (encodings, batch) => (hadStarts[1]!.add('starts' in batch.fields), model.score(encodings, batch)),
          };
        }),
      });
      return { losses: (await linesOf(output)).filter(({ kind }) => kind === 'step').map(({ loss }) => loss!), auc: report.test!.auc!, hadStarts };
    };
    const [inWindows, inRows] = [await learnIn('windows'), await learnIn('rows')];
    expect(inWindows.hadStarts).toEqual([new Set([false]), new Set([false])]);
    expect(inRows.hadStarts).toEqual([new Set([true]), new Set([true])]);
    expect(inRows.losses.length).toBeGreaterThan(3);
    inRows.losses.forEach((loss, step) => expect(loss).toBeCloseTo(inWindows.losses[step] as number, 5));
    expect(inRows.auc).toBeCloseTo(inWindows.auc, 2);
  });
});

/** A model as a plain object, so that one of its functions can be put beside the others. */
function bound(model: SequenceModel): SequenceModel {
  const { specificationVersion, kind, name, task, weights } = model;
  return { specificationVersion, kind, name, task, weights, loss: model.loss.bind(model), score: model.score.bind(model), dispose: () => model.dispose() };
}
