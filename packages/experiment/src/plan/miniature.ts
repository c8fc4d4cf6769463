import { setImmediate as nextTurn } from 'node:timers/promises';
import { GramkitError, type Batch, type Engine, type GradientStrategy, type PreparedItems, type StepReport, type StrategyEvent, tokens } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import { deriveSeed } from '../container/derive-seed.js';
import { type RunComponents, resolveComponents } from '../container/run-components.js';
import { nothingKept } from '../encodings/nothing-kept.js';
import { collectGarbage } from '../trainer/collect-garbage.js';
import { evaluate } from '../trainer/evaluate.js';
import { openRunData } from '../trainer/open-run-data.js';
import type { RunData } from '../trainer/run-data.js';
import { asNew, openSession, type SessionOptions } from '../trainer/run-session.js';
import { batchSizesOf, type DataShape, measureDataShape } from './data-shape.js';
import { sampleCatalogue } from './sampled-catalogue.js';

/** A step as it was measured. Seconds are without those of compiling. */
export interface MeasuredStep extends Pick<StepReport, 'encoderItemsForward' | 'encoderItemsBackward' | 'encoderTokensForward' | 'encoderTokensBackward'> {
  readonly epoch: number;
  readonly seconds: number;
  readonly compileSeconds: number;
  /** Tokens of the batch's items, each counted once, and counted as often as the batch refers to it. */
  readonly uniqueTokens: number;
  readonly interactionTokens: number;
}

/** A window that multi-step closed in one of the steps. */
export interface MeasuredWindow {
  /** Steps made by then. */
  readonly afterStep: number;
  readonly items: number;
  readonly tokens: number;
}

/** A short training of a strategy on few real batches, gone through again in every epoch, and a catalogue of their items alone. */
export interface Miniature {
  readonly batchSize: number;
  readonly batches: number;
  readonly catalogueItems: number;
  readonly steps: readonly MeasuredStep[];
  readonly windows: readonly MeasuredWindow[];
  /** Largest resident size of the process by the end of the last step. */
  readonly peakMemoryBytes: number;
  /** Width of an item's encoding. */
  readonly dimension: number;
}

export interface MiniatureOptions extends SessionOptions {
  readonly batchSize: number;
  readonly batches: number;
  readonly epochs: number;
  /** Milliseconds (of `performance.now`) after which no step is begun once there are two that compiled nothing, and `windows` windows are closed. */
  readonly until: number;
  readonly windows: number;
}

/** The data of a run, opened, beside its components. The caller disposes it. */
export interface OpenedCalibration {
  readonly components: RunComponents;
  readonly engine: Engine;
  readonly data: RunData;
  readonly shape: DataShape;
  run(options: MiniatureOptions): Promise<Miniature>;
  close(): Promise<void>;
}

/** Opens a run for calibration: nothing is written to its folder, and no encodings are kept or taken from disk. */
export async function openCalibration(configuration: ResolvedConfiguration, batchSize: number, batches: number, options: SessionOptions): Promise<OpenedCalibration> {
  const sized: ResolvedConfiguration = { ...configuration, training: { ...configuration.training, batchSize } };
  const container = await openSession(asNew(sized), { ...options, customize: (run) => run.rebind(tokens.encodingStore, nothingKept) });
  try {
    const components = await resolveComponents(container);
    const engine = await container.get(tokens.engine);
    const data = await openRunData(components, sized, options);
    const catalogue = components.tokenizer.prepare(await data.items());
    return {
      components, engine, data,
      shape: await measureDataShape(data, catalogue, batches),
      run: async (given) => {
        const sampled = sampleCatalogue(catalogue, await firstBatches(data, given.batches));
        return measure(components, data, sampled, configuration, given, sampled.catalogue.count === catalogue.count);
      },
      close: async () => {
        await data.close();
        container.dispose();
      },
    };
  } catch (error) {
    container.dispose();
    throw error;
  }
}

async function firstBatches(data: RunData, wanted: number): Promise<readonly Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of data.trainBatches(0, 0)) {
    batches.push(batch);
    if (batches.length === wanted) break;
  }
  return batches;
}

async function measure(components: RunComponents, data: RunData, { catalogue, batches }: ReturnType<typeof sampleCatalogue>, { seed }: ResolvedConfiguration, options: MiniatureOptions, isWhole: boolean): Promise<Miniature> {
  const { strategy, model, encoder } = components;
  const steps: MeasuredStep[] = [];
  const windows: MeasuredWindow[] = [];
  collectGarbage();
  await strategy.begin({
    catalogue,
    stepsPerEpoch: batches.length,
    epochs: options.epochs,
    seed: deriveSeed(seed, 'strategy-steps'),
    report: ({ kind, values }: StrategyEvent) => {
      if (kind !== 'window') return;
      const { items, encoderItemsBackward, encoderTokensBackward } = values as Readonly<Record<string, number>>;
      windows.push({ afterStep: steps.length + 1, items: items!, tokens: (encoderTokensBackward! * items!) / encoderItemsBackward! });
    },
  });
  let peakMemoryBytes = 0;
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    for (const batch of batches) {
      if (options.signal?.aborted === true) throw new GramkitError('INTERRUPTED', 'planning was interrupted');
      const isEnough = windows.length >= options.windows && steps.filter(({ compileSeconds }) => compileSeconds === 0).length >= 2;
      if (isEnough && performance.now() > options.until) return finish();
      steps.push({ epoch, ...(await timed(strategy, batch)), ...batchTokensOf(batch, catalogue) });
      peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
      options.logger?.progress('calibrating', steps.length, options.epochs * batches.length, 'steps');
      await nextTurn();
    }
    await strategy.endEpoch();
    if (epoch < options.epochs - 1 && isWhole && data.hasValidation) await validate(strategy, model, data);
  }
  return finish();

  function finish(): Miniature {
    return { batchSize: options.batchSize, batches: batches.length, catalogueItems: catalogue.count, steps, windows, peakMemoryBytes, dimension: encoder.dimension };
  }
}

async function timed(strategy: GradientStrategy, batch: Batch): Promise<Omit<MeasuredStep, 'epoch' | 'uniqueTokens' | 'interactionTokens'>> {
  const compiledBefore = compileSecondsOf(strategy);
  const start = performance.now();
  const { encoderItemsForward, encoderItemsBackward, encoderTokensForward, encoderTokensBackward } = await strategy.step(batch);
  const whole = (performance.now() - start) / 1000;
  const compileSeconds = compileSecondsOf(strategy) - compiledBefore;
  return { seconds: whole - compileSeconds, compileSeconds, encoderItemsForward, encoderItemsBackward, encoderTokensForward, encoderTokensBackward };
}

function batchTokensOf(batch: Batch, catalogue: PreparedItems): Pick<MeasuredStep, 'uniqueTokens' | 'interactionTokens'> {
  const { uniqueTokens, interactionTokens } = batchSizesOf(batch, catalogue);
  return { uniqueTokens, interactionTokens };
}

/** Seconds that a strategy's functions took to compile so far, their first runs among them. */
function compileSecondsOf(strategy: GradientStrategy): number {
  return (strategy.compileReports?.() ?? []).reduce((sum, { seconds }) => sum + seconds, 0);
}

/** What a run does between epochs, for its memory: the catalogue is encoded and the last batches, which are the largest, are scored. */
async function validate(strategy: GradientStrategy, model: RunComponents['model'], data: RunData): Promise<void> {
  const encodings = await strategy.itemEncodings();
  try {
    await evaluate(model, encodings, { ...data, evaluationBatches: (part) => lastOf(data.evaluationBatches(part), 2) }, 'validation');
  } finally {
    tf.dispose(encodings);
  }
}

async function* lastOf<Value>(values: AsyncIterable<Value>, wanted: number): AsyncGenerator<Value> {
  const kept: Value[] = [];
  for await (const value of values) {
    kept.push(value);
    if (kept.length > wanted) kept.shift();
  }
  yield* kept;
}
