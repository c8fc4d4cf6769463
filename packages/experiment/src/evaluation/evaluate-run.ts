import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GramkitError, type Json, type PreparedItems } from '@gramkit/spec';
import { encodeCatalogue, EncoderPasses } from '@gramkit/tensor';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { restoreCheckpoint } from '../checkpoints/checkpoint-store.js';
import { weightsPart } from '../checkpoints/checkpoint-part.js';
import type { ConfigurationOptions } from '../configuration/resolve-configuration.js';
import { writtenForm } from '../configuration/resolved-configuration.js';
import { type PredictingComponents, resolvePredicting } from '../container/run-components.js';
import { intervalsOf, type MetricIntervals } from '../bootstrap/intervals.js';
import { type EvaluationMetrics, metricConventions } from '../metrics/evaluation-metrics.js';
import { openRun, type OpenedRun } from '../run/open-run.js';
import { evaluateRecorded } from '../trainer/evaluate.js';
import { openRunData } from '../trainer/open-run-data.js';
import type { RunData } from '../trainer/run-data.js';
import { openSession, type SessionOptions } from '../trainer/run-session.js';

export interface EvaluateOptions extends SessionOptions, Pick<ConfigurationOptions, 'plugins'> {
  /** Which users; `test` unless told. */
  readonly split?: 'validation' | 'test';
}

/** Quality of a run's checkpoint. */
export interface Evaluation {
  readonly runDirectory: string;
  readonly checkpoint: string;
  readonly step: number;
  readonly split: 'validation' | 'test';
  readonly metrics: EvaluationMetrics;
  /** Bootstrap intervals of these. */
  readonly intervals: MetricIntervals;
  /** How metrics and intervals are counted. */
  readonly metricConventions: Readonly<Record<string, Json>>;
}

/**
 * Evaluates a run's best checkpoint (its last where early stopping chose none), items encoded anew by its encoder.
 * @throws GramkitError RUN_NOT_FOUND; CHECKPOINT_CORRUPT; DATA_EMPTY where no user is held out for the split.
 */
export async function evaluateRun(runDirectory: string, options: EvaluateOptions = {}): Promise<Evaluation> {
  const opened = await openRun(runDirectory, options);
  const run = await openSession(opened.configuration, options);
  try {
    const components = await resolvePredicting(run);
    const data = await openRunData(components, opened.configuration, options);
    try {
      return await evaluateOpened(opened, components, data, options);
    } finally {
      await data.close();
    }
  } finally {
    run.dispose();
  }
}

async function evaluateOpened({ folder, configuration, checkpoint }: OpenedRun, components: PredictingComponents, data: RunData, options: EvaluateOptions): Promise<Evaluation> {
  const split = options.split ?? 'test';
  if (split === 'test' ? !data.hasTest : !data.hasValidation) {
    throw new GramkitError('DATA_EMPTY', `no users are held out for ${split}`, { file: folder.configuration, field: `data.split.${split}`, fix: 'Evaluate the other split, or train with one.' });
  }
  const { encoder, model, tokenizer } = components;
  await restoreCheckpoint(checkpoint, writtenForm(configuration), [weightsPart('encoder', encoder.weights), weightsPart('model', model.weights)]);
  const catalogue: PreparedItems = tokenizer.prepare(await data.items());
  const encodings = await encodeCatalogue(new EncoderPasses(encoder), catalogue, { progress: (done, total) => options.logger?.progress('encoding items', done, total, 'items') });
  try {
    const measured = await measure(components, encodings, data, split, configuration.seed);
    return { runDirectory: folder.directory, checkpoint: checkpoint.directory, step: checkpoint.manifest.step, split, ...measured, metricConventions: metricConventions(model.task) };
  } finally {
    encodings.dispose();
  }
}

/** Metrics and their intervals; what the bootstrap reads lies in a temporary folder meanwhile. */
async function measure({ model }: PredictingComponents, encodings: Tensor2D, data: RunData, split: 'validation' | 'test', seed: number): Promise<Pick<Evaluation, 'metrics' | 'intervals'>> {
  const folder = await mkdtemp(join(tmpdir(), 'gramkit-evaluation-'));
  try {
    const predictions = join(folder, 'predictions.safetensors');
    const metrics = await evaluateRecorded(model, encodings, data, split, predictions);
    return { metrics, intervals: await intervalsOf(predictions, seed) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
