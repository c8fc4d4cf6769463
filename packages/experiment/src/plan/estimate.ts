import type { CalibratedStrategy } from './calibrate.js';
import { type DataShape, itemsMetIn } from './data-shape.js';
import type { MeasuredStep, Miniature } from './miniature.js';
import type { PlannedWindow, WindowPlan } from './window-plan.js';

/** What a strategy is predicted to cost. */
export interface StrategyEstimate {
  readonly strategy: string;
  /** An epoch in the mean of the run's epochs, compiling and what happens once left out. */
  readonly secondsPerEpoch: number;
  /** Compiling, and encoding the catalogue where a strategy does so before it trains. */
  readonly onceSeconds: number;
  /** All epochs, and what happens once. */
  readonly trainingSeconds: number;
  /** Of the encoder, in the mean of the run's epochs. */
  readonly perEpoch: EncoderWork;
  /** Largest resident size of the process in training. */
  readonly peakMemoryBytes: number;
  /** What was measured, and what of it was extrapolated. */
  readonly basis: readonly string[];
}

export interface EncoderWork {
  readonly itemsForward: number;
  readonly itemsBackward: number;
  readonly tokensForward: number;
  readonly tokensBackward: number;
}

/** What an estimate is made for. */
export interface EstimateSetting {
  readonly shape: DataShape;
  readonly batchSize: number;
  readonly epochs: number;
}

/** Predicts what a strategy costs from what a miniature of it did. */
export function estimate(calibrated: CalibratedStrategy, setting: EstimateSetting): StrategyEstimate {
  const parts = calibrated.windows === undefined ? costOfSteps(calibrated, setting) : costOfWindows(calibrated, calibrated.windows, setting);
  const compileSeconds = sum(calibrated.miniatures.at(-1)!.steps, ({ compileSeconds }) => compileSeconds);
  const onceSeconds = compileSeconds + parts.onceSeconds;
  return {
    strategy: calibrated.strategy,
    secondsPerEpoch: parts.secondsPerEpoch,
    onceSeconds,
    trainingSeconds: onceSeconds + setting.epochs * parts.secondsPerEpoch,
    perEpoch: parts.perEpoch,
    peakMemoryBytes: memoryOf(calibrated, setting),
    basis: basisOf(calibrated, setting),
  };
}

interface Cost {
  readonly secondsPerEpoch: number;
  readonly onceSeconds: number;
  readonly perEpoch: EncoderWork;
}

/** Strategies whose every step is alike. What only the very first step encodes is a catalogue's encoding, and happens once. */
function costOfSteps({ miniatures }: CalibratedStrategy, { shape, batchSize }: EstimateSetting): Cost {
  const largest = miniatures.at(-1)!;
  const encodesInSteps = largest.steps.some(({ encoderTokensForward, encoderTokensBackward }, place) => encoderTokensBackward > 0 || (place > 0 && encoderTokensForward > 0));
  if (!encodesInSteps) return costOfTable(largest, miniatures, { shape, batchSize });
  const steps = steadySteps(largest);
  // A step's work follows the tokens that it encodes: those of every interaction, or of every unique item.
  const byInteraction = sum(steps, ({ encoderTokensBackward }) => encoderTokensBackward) > 0.99 * sum(steps, ({ interactionTokens }) => interactionTokens);
  const tokensOfStep = (step: MeasuredStep): number => (byInteraction ? step.interactionTokens : step.uniqueTokens);
  const tokens = byInteraction ? shape.interactionTokensPerBatch : shape.uniqueTokensPerBatch;
  const items = byInteraction ? shape.interactionsPerBatch : shape.uniqueItemsPerBatch;
  const points = miniatures.map((miniature) => ({ size: mean(steadySteps(miniature), tokensOfStep), value: mean(steadySteps(miniature), ({ seconds }) => seconds) }));
  const forward = sum(steps, ({ encoderTokensForward }) => encoderTokensForward) / sum(steps, tokensOfStep);
  const backward = sum(steps, ({ encoderTokensBackward }) => encoderTokensBackward) / sum(steps, tokensOfStep);
  return {
    secondsPerEpoch: shape.stepsPerEpoch * extrapolate(points, tokens),
    onceSeconds: 0,
    perEpoch: workOf(shape.stepsPerEpoch, items, tokens, forward, backward),
  };
}

/** A strategy that encodes the catalogue once, in its first step, and trains on it. */
function costOfTable(miniature: Miniature, miniatures: readonly Miniature[], { shape, batchSize }: Pick<EstimateSetting, 'shape' | 'batchSize'>): Cost {
  const points = miniatures.map((one) => ({ size: one.batchSize, value: mean(sequenceSteps(one), ({ seconds }) => seconds) }));
  return {
    secondsPerEpoch: shape.stepsPerEpoch * extrapolate(points, batchSize),
    onceSeconds: shape.catalogueTokens * forwardSecondsPerToken(miniature),
    perEpoch: workOf(0, 0, 0, 0, 0),
  };
}

/** Multi-step: steps of the sequence model alone, and at every window's end the encoder's, which follows the tokens of the window's items. */
function costOfWindows({ miniatures }: CalibratedStrategy, plan: WindowPlan, { shape, batchSize, epochs }: EstimateSetting): Cost {
  const largest = miniatures.at(-1)!;
  const points = miniatures.map((one) => ({ size: one.batchSize, value: mean(sequenceSteps(one), ({ seconds }) => seconds) }));
  const measured = lastWindow(largest);
  const met = plan.windows.map(({ steps, count }: PlannedWindow) => ({ count, ...itemsMetIn(shape, Math.min(steps, shape.stepsPerEpoch)) }));
  const items = sum(met, (window) => window.count * window.items) / epochs;
  const tokens = sum(met, (window) => window.count * window.tokens) / epochs;
  return {
    secondsPerEpoch: shape.stepsPerEpoch * extrapolate(points, batchSize) + tokens * measured.secondsPerToken,
    onceSeconds: plan.tables * shape.catalogueTokens * forwardSecondsPerToken(largest),
    perEpoch: workOf(1, items, tokens, measured.forward, measured.backward),
  };
}

/** What the last window of a miniature took beyond the sequence model's steps, and how often an item of it went through the encoder. */
function lastWindow(miniature: Miniature): { readonly secondsPerToken: number; readonly forward: number; readonly backward: number } {
  const { steps, windows } = miniature;
  const { afterStep, tokens } = windows.at(-1)!;
  const inWindow = steps.slice(windows.at(-2)?.afterStep ?? steps.findIndex((step) => step.encoderTokensForward > 0), afterStep);
  const alone = inWindow.length * mean(sequenceSteps(miniature), ({ seconds }) => seconds);
  return {
    secondsPerToken: Math.max(0, sum(inWindow, ({ seconds }) => seconds) - alone) / tokens,
    forward: sum(inWindow, ({ encoderTokensForward }) => encoderTokensForward) / tokens,
    backward: sum(inWindow, ({ encoderTokensBackward }) => encoderTokensBackward) / tokens,
  };
}

/** Steps that compiled nothing; all of them where there is none such. */
function steadySteps({ steps }: Miniature): readonly MeasuredStep[] {
  const steady = steps.filter(({ compileSeconds }) => compileSeconds === 0);
  return steady.length > 0 ? steady : steps;
}

/** Steps of the sequence model alone; of windows' steps the shortest where there is none such. */
function sequenceSteps(miniature: Miniature): readonly MeasuredStep[] {
  const steady = steadySteps(miniature);
  const alone = steady.filter(({ encoderTokensForward }) => encoderTokensForward === 0);
  if (alone.length > 0) return alone;
  return [steady.reduce((shortest, step) => (step.seconds < shortest.seconds ? step : shortest))];
}

/** Of encoding a catalogue, from the first step that did nothing else with the encoder. */
function forwardSecondsPerToken(miniature: Miniature): number {
  const step = miniature.steps.find(({ encoderTokensForward, encoderTokensBackward }) => encoderTokensForward > 0 && encoderTokensBackward === 0);
  if (step === undefined) return 0;
  return Math.max(0, step.seconds - mean(sequenceSteps(miniature), ({ seconds }) => seconds)) / step.encoderTokensForward;
}

/** The line through the two last points, at `size`; through one point, in proportion. It never falls. */
function extrapolate(points: readonly { readonly size: number; readonly value: number }[], size: number): number {
  const last = points.at(-1)!;
  const before = points.at(-2);
  if (before === undefined || last.size <= before.size) return (last.value * size) / last.size;
  const slope = Math.max(0, (last.value - before.value) / (last.size - before.size));
  return last.value + slope * (size - last.size);
}

/** Encodings of the items that a miniature left out: a table of them, and one more where a run evaluates. */
const tablesInMemory = 2;
const bytesPerNumber = 4;

/** Peak memory: the largest miniature's, what batches of the run have more, and the items that the miniature left out. */
function memoryOf({ miniatures, graphMemoryBytes = Number.POSITIVE_INFINITY }: CalibratedStrategy, { shape, batchSize }: EstimateSetting): number {
  const last = miniatures.at(-1)!;
  const growth = extrapolate(miniatures.map((one) => ({ size: one.batchSize, value: one.peakMemoryBytes })), batchSize) - last.peakMemoryBytes;
  const leftOut = Math.max(0, shape.items - last.catalogueItems) * last.dimension * bytesPerNumber * tablesInMemory;
  const grown = last.batchSize === batchSize ? 0 : Math.min(growth, graphMemoryBytes);
  return last.peakMemoryBytes + grown + leftOut;
}

function workOf(steps: number, items: number, tokens: number, forward: number, backward: number): EncoderWork {
  return { itemsForward: steps * items * forward, itemsBackward: steps * items * backward, tokensForward: steps * tokens * forward, tokensBackward: steps * tokens * backward };
}

function basisOf({ strategy, miniatures, windows }: CalibratedStrategy, { batchSize }: EstimateSetting): string[] {
  const last = miniatures.at(-1)!;
  const steady = last.steps.filter(({ compileSeconds }) => compileSeconds === 0).length;
  return [
    `${last.steps.length} steps on ${last.batches} batches of ${last.batchSize}, ${steady} of them compiled nothing`,
    ...(last.batchSize < batchSize ? [`time and memory extrapolated from batches of ${miniatures.map((one) => one.batchSize).join(' and ')} to ${batchSize}`] : []),
    ...(windows === undefined ? [] : [`${last.windows.length} windows of ${last.windows.at(-1)?.items ?? 0} items`]),
    ...(strategy.startsWith('speedy-feed') ? ['early steps: later ones take more encodings from the cache and cost less'] : []),
  ];
}

function sum<Value>(values: readonly Value[], of: (value: Value) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

function mean<Value>(values: readonly Value[], of: (value: Value) => number): number {
  return sum(values, of) / values.length;
}
