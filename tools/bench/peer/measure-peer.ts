import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inFolder, program } from '../run-gram.js';
import { median } from '../statistics.js';
import { batchSize, type EncoderCase, type TrainingCase } from './cases.js';
import type { Measurement, Span, Task } from './measurement.js';
import { spanOf } from './measurement.js';

/** A `training.lengthPool` that leaves hardly any padding to one window a row. */
const lengthPool = 32;

/**
 * What the peer takes in one round, by its own account.
 * @param stepsPerEpoch of ours: the peer has the same
 * @param likeLengths whether windows of like length stand in a batch together
 */
export function measurePeer(task: Task, stepsPerEpoch: number | null, likeLengths: boolean): Promise<Measurement> {
  const { measured } = task;
  return measured.kind === 'encoder' ? measureEncoder(task, measured) : measureTraining(task, measured, stepsPerEpoch!, likeLengths);
}

interface PeerResult {
  readonly step_s: number;
  readonly timed_steps: number;
  readonly steps_per_epoch: number;
  readonly peak_rss_gib: number;
  readonly occurrences_per_step: number;
  readonly encoder_items_trained_per_step: number;
  readonly encoder_items_forward_only_per_step: number;
}

async function measureTraining(task: Task, measured: TrainingCase, stepsPerEpoch: number, likeLengths: boolean): Promise<Measurement> {
  const { data, threads, script } = task.setting;
  const { steps, warmUp } = peerSpan(measured, spanOf(task), stepsPerEpoch);
  const result = await inFolder(async (folder) => {
    const file = join(folder, 'peer.json');
    const numbers = ['--batch', String(batchSize), '--steps', String(steps), '--warmup', String(warmUp), '--threads', String(threads)];
    const program = likeLengths ? [join(import.meta.dirname, 'like_length_peer.py'), script, String(lengthPool)] : [script];
    await python(task, [...program, ...measured.peerArguments, '--data', data[measured.dataSet]!, '--json', file, ...numbers, ...precisionArguments(task)]);
    return JSON.parse(await readFile(file, 'utf8')) as PeerResult;
  });
  return {
    ...nothingCompiled,
    secondsPerStep: result.step_s,
    measuredSteps: result.timed_steps,
    stepsPerEpoch: result.steps_per_epoch,
    peakMemoryBytes: result.peak_rss_gib * 2 ** 30,
    interactionsPerStep: measured.dataSet === 'assistments' ? result.occurrences_per_step : null,
    encoderItemsPerStep: result.encoder_items_trained_per_step + result.encoder_items_forward_only_per_step,
  };
}

/**
 * The steps that the peer makes in all, and of them those that warm up: counted in windows where the strategy has windows.
 * It measures the same epoch as ours. A window cannot be cut: a trial of a window that is an epoch long has no warm-up.
 */
export function peerSpan({ windowSteps }: TrainingCase, span: Span | undefined, stepsPerEpoch: number): Span {
  const { warmUp, steps } = span ?? { warmUp: stepsPerEpoch, steps: stepsPerEpoch };
  const all = warmUp + steps;
  if (windowSteps === undefined) return { steps: all, warmUp };
  if (windowSteps === 'epoch') return { steps: all, warmUp: Math.floor(warmUp / stepsPerEpoch) };
  return { steps: all, warmUp: Math.ceil(warmUp / windowSteps) };
}

async function measureEncoder(task: Task, { items, tokens }: EncoderCase): Promise<Measurement> {
  const { setting: { script, threads } } = task;
  const { steps, warmUp } = spanOf(task)!;
  const numbers = { items, tokens, steps, warmup: warmUp, threads };
  const words = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const printed = await python(task, [join(import.meta.dirname, 'encoder_step.py'), '--peer', script, ...words, ...precisionArguments(task)]);
  const { seconds, peak_rss_gib } = JSON.parse(printed) as { readonly seconds: readonly number[]; readonly peak_rss_gib: number };
  return {
    ...nothingCompiled,
    secondsPerStep: median(seconds),
    measuredSteps: seconds.length,
    stepsPerEpoch: null,
    peakMemoryBytes: peak_rss_gib * 2 ** 30,
    interactionsPerStep: null,
    encoderItemsPerStep: items,
  };
}

const nothingCompiled = { compileSeconds: null, replacedSteps: 0, shortenedSteps: 0, encoder: null, operationsPerStep: null } as const;

function precisionArguments({ precision }: Task): readonly string[] {
  return precision === 'bfloat16' ? ['--bf16'] : [];
}

function python({ setting }: Task, words: readonly string[]): Promise<string> {
  return program(setting.python, words, { ...process.env, HF_HUB_OFFLINE: '1' });
}
