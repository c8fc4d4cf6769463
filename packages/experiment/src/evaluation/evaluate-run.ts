import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GramkitError, type Json, type Plugin, type PreparedItems } from '@gramkit/spec';
import { encodeCatalogue, EncoderPasses } from '@gramkit/tensor';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { restoreCheckpoint } from '../checkpoints/checkpoint-store.js';
import { weightsPart } from '../checkpoints/checkpoint-part.js';
import { type ConfigurationOptions, loadConfiguration } from '../configuration/resolve-configuration.js';
import { type ResolvedConfiguration, writtenForm } from '../configuration/resolved-configuration.js';
import { type PredictingComponents, resolvePredicting } from '../container/run-components.js';
import { intervalsOf, type MetricIntervals } from '../bootstrap/intervals.js';
import { type EvaluationMetrics, metricConventions } from '../metrics/evaluation-metrics.js';
import { openRun, type OpenedRun } from '../run/open-run.js';
import { metByRun } from './met-by-run.js';
import { evaluateRecorded } from '../trainer/evaluate.js';
import { openRunData } from '../trainer/open-run-data.js';
import type { RunData } from '../trainer/run-data.js';
import { openSession, type SessionOptions } from '../trainer/run-session.js';

export interface EvaluateOptions extends SessionOptions, Pick<ConfigurationOptions, 'plugins'> {
  /** Which users; `test` unless told. */
  readonly split?: 'validation' | 'test';
  /** Settings of the data section, `data.path=…`: another data set, or another split, than the run's. */
  readonly overrides?: readonly string[];
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
 * Evaluates a run's best checkpoint (its last where early stopping chose none), items encoded anew by its encoder: on the held-out users of its own
 * data set, or of another one. Cold-start metrics are over the items that the run itself never met, wherever they stand.
 * @throws GramkitError USAGE for a setting that is not of the data section; GramkitError RUN_NOT_FOUND; CHECKPOINT_CORRUPT; DATA_EMPTY where no user is held out for the split.
 */
export async function evaluateRun(runDirectory: string, options: EvaluateOptions = {}): Promise<Evaluation> {
  const { overrides = [], plugins = [] } = options;
  const opened = await openRun(runDirectory, { plugins });
  const configuration = overrides.length === 0 ? opened.configuration : await withOtherData(opened, overrides, plugins);
  const run = await openSession(configuration, options);
  try {
    const components = await resolvePredicting(run);
    const data = await openRunData(components, configuration, options);
    try {
      const judged = overrides.length === 0 ? data : { ...data, seenInTraining: await metByRun(opened, components, data, options) };
      return await evaluateOpened(opened, components, judged, options);
    } finally {
      await data.close();
    }
  } finally {
    run.dispose();
  }
}

async function withOtherData({ folder }: OpenedRun, overrides: readonly string[], plugins: readonly Plugin[]): Promise<ResolvedConfiguration> {
  const stranger = overrides.find((override) => !/^data[.=]/.test(override));
  if (stranger !== undefined) {
    throw new GramkitError('USAGE', `'${stranger}' is no setting of the data section, and only that can be another than the run's`, { fix: "Write '--set data.path=…', for instance, or '--set data.split.test=0.5'." });
  }
  return { ...(await loadConfiguration(folder.configuration, { overrides, plugins })), output: folder.directory };
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
