import { mean, median } from '../statistics.js';
import { type StepRecord, trainBySteps, worker } from '../run-gram.js';
import { batchSize, type EncoderCase, type TrainingCase } from './cases.js';
import { dataSection } from './data-section.js';
import type { EncoderWork } from './encoder-products.js';
import type { BenchSetting, Measurement, Task } from './measurement.js';
import { spanOf } from './measurement.js';
import { steadyState } from './steady-state.js';

/** What ours takes in one round. */
export function measureGramkit(task: Task): Promise<Measurement> {
  const { measured } = task;
  return measured.kind === 'encoder' ? measureEncoder(task, measured) : measureTraining(task, measured);
}

/** The model over MiniLM as the peer trains it: its split and its windows (by the same hash), sizes and learning rates. */
export function configurationFor({ data, threads }: BenchSetting, { dataSet, model, strategy }: TrainingCase, precision: string): object {
  return {
    seed: 1,
    data: dataSection(dataSet, data[dataSet]!),
    encoder: { use: 'bert' },
    model,
    strategy,
    optimizers: { encoder: { use: 'adam', learningRate: 5e-5 }, model: { use: 'adam', learningRate: 1e-3 } },
    engine: { threads, precision },
  };
}

async function measureTraining(task: Task, measured: TrainingCase): Promise<Measurement> {
  const span = spanOf(task);
  const length = span === undefined ? { epochs: 2 } : { epochs: 1, maximumSteps: span.warmUp + span.steps };
  const { report, steps } = await trainBySteps({ ...configurationFor(task.setting, measured, task.precision), training: { ...length, batchSize, checkpointEvery: 1_000_000 } });
  const counted = steps.slice(span?.warmUp ?? report.stepsPerEpoch);
  const { secondsPerStep, replaced, shortened } = steadyState(counted, steps);
  const encoder = encoderWork(counted);
  return {
    secondsPerStep,
    measuredSteps: counted.length,
    stepsPerEpoch: report.stepsPerEpoch,
    peakMemoryBytes: report.peakTrainingMemoryBytes,
    interactionsPerStep: measured.dataSet === 'assistments' ? mean(counted.map(({ predictions }) => predictions)) + batchSize : null,
    compileSeconds: report.compiled.reduce((sum, { seconds }) => sum + seconds, 0),
    replacedSteps: replaced,
    shortenedSteps: shortened,
    encoder,
    encoderItemsPerStep: encoder.itemsForward,
    operationsPerStep: null,
  };
}

function encoderWork(steps: readonly StepRecord[]): EncoderWork {
  const perStep = (count: (step: StepRecord) => number): number => mean(steps.map(count));
  return {
    itemsForward: perStep((step) => step.encoderItemsForward),
    itemsBackward: perStep((step) => step.encoderItemsBackward),
    tokensForward: perStep((step) => step.encoderTokensForward),
    tokensBackward: perStep((step) => step.encoderTokensBackward),
  };
}

interface EncoderStepResult {
  readonly runs: readonly { readonly seconds: readonly number[] }[];
  readonly compileSeconds: number;
  readonly peakMemoryBytes: number;
}

async function measureEncoder(task: Task, { items, tokens }: EncoderCase): Promise<Measurement> {
  const { precision, setting: { threads } } = task;
  const { runs, compileSeconds, peakMemoryBytes } = await worker<EncoderStepResult>('encoder-step', { shapes: [{ items, tokens }], ...spanOf(task), precision, threads });
  const { seconds } = runs[0]!;
  return {
    secondsPerStep: median(seconds),
    measuredSteps: seconds.length,
    stepsPerEpoch: null,
    peakMemoryBytes,
    interactionsPerStep: null,
    compileSeconds,
    replacedSteps: 0,
    shortenedSteps: 0,
    encoder: { itemsForward: items, itemsBackward: items, tokensForward: items * tokens, tokensBackward: items * tokens },
    encoderItemsPerStep: items,
    operationsPerStep: null,
  };
}
