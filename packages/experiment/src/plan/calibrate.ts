import { byteSizeSchema, parseByteSize } from '@gramkit/tensor';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import type { SessionOptions } from '../trainer/run-session.js';
import type { DataShape } from './data-shape.js';
import { type Miniature, type OpenedCalibration, openCalibration } from './miniature.js';
import { epochsWithTwoWindows, multiStepOptionsOf, planWindows, type WindowPlan } from './window-plan.js';

/** What the calibration of one strategy measured, in a process of its own. */
export interface CalibratedStrategy {
  readonly strategy: string;
  readonly shape: DataShape;
  /** One at the run's batch size, or two at smaller ones, the smaller first. */
  readonly miniatures: readonly Miniature[];
  /** Where the strategy trains its encoder in windows. */
  readonly windows?: WindowPlan;
  /** By how much activations can make memory grow with the batch, where that is limited: beyond it items are encoded twice. */
  readonly graphMemoryBytes?: number;
  readonly device: string;
  readonly precision: string;
}

export interface CalibrateOptions extends SessionOptions {
  /** What the strategy is called. */
  readonly strategy: string;
  /** Seconds that the steps should take; loading and compiling come on top. */
  readonly seconds: number;
  /** Batches of epoch 0 that the shape of the data is measured on. */
  readonly shapeBatches: number;
}

/** Batches that a miniature goes through in each of its epochs: the more, the more of the run's shapes are in its memory. */
const batchesOfMiniature = { cheap: 8, costly: 4 };
/** A guessed step from which fewer batches have to do. */
const costlyStepSeconds = 1;
/** The first time through, shapes are compiled. */
const epochsOfMiniature = 3;
/** A guess on the slow side, for choosing a batch size that fits the seconds: a token of a small BERT forward and back on a core or two. */
const guessedSecondsPerToken = 4e-4;

/** Trains a miniature of the configuration's strategy, twice on smaller batches where whole ones would take too long. */
export async function calibrate(configuration: ResolvedConfiguration, options: CalibrateOptions): Promise<CalibratedStrategy> {
  const { batchSize } = configuration.training;
  const { use, options: strategyOptions } = configuration.components.strategy;
  const multiStep = multiStepOptionsOf(use, strategyOptions);
  const opened = await openCalibration(configuration, batchSize, options.shapeBatches, options);
  const { shape, engine } = opened;
  const stepSeconds = guessStepSeconds(use, shape);
  const batches = stepSeconds < costlyStepSeconds ? batchesOfMiniature.cheap : batchesOfMiniature.costly;
  const epochs = multiStep === undefined ? epochsOfMiniature : epochsWithTwoWindows(multiStep, Math.min(batches, shape.stepsPerEpoch));
  const sizes = batchSizes(batchSize, stepSeconds * batches * epochsOfMiniature, options.seconds);
  const miniatures: Miniature[] = [];
  const runOne = async (calibration: OpenedCalibration, size: number): Promise<void> => {
    try {
      const until = performance.now() + (1000 * options.seconds) / sizes.length;
      miniatures.push(await calibration.run({ ...options, batchSize: size, batches, epochs, until, windows: multiStep === undefined ? 0 : 2 }));
    } finally {
      await calibration.close();
    }
  };
  if (sizes.length === 1) await runOne(opened, batchSize);
  else await opened.close();
  if (sizes.length > 1) for (const size of sizes) await runOne(await openCalibration(configuration, size, 1, { ...options, engine }), size);
  return {
    strategy: options.strategy,
    shape,
    miniatures,
    ...(multiStep === undefined ? {} : { windows: planWindows(multiStep, shape.stepsPerEpoch, configuration.training.epochs) }),
    ...graphMemoryOf(strategyOptions),
    device: engine.device,
    precision: engine.precision,
  };
}

/** How long a step on a whole batch may take. */
function guessStepSeconds(use: string, { interactionTokensPerBatch, uniqueTokensPerBatch }: DataShape): number {
  const tokens = use === 'end-to-end' ? interactionTokensPerBatch : use === 'frozen' ? uniqueTokensPerBatch / epochsOfMiniature : uniqueTokensPerBatch;
  return tokens * guessedSecondsPerToken;
}

/** The run's batch size, or two smaller ones that fit the seconds together. */
function batchSizes(batchSize: number, guessedSeconds: number, seconds: number): readonly number[] {
  // Even when it takes longer than asked for, two clean steps are worth more than an extrapolation: hence twice the seconds.
  if (guessedSeconds <= 2 * seconds || batchSize < 4) return [batchSize];
  const larger = Math.max(2, Math.min(batchSize - 1, Math.floor((batchSize * seconds) / guessedSeconds / 1.5)));
  return [Math.floor(larger / 2), larger];
}

function graphMemoryOf({ graphMemory }: Readonly<Record<string, unknown>>): Pick<CalibratedStrategy, 'graphMemoryBytes'> {
  const checked = byteSizeSchema.safeParse(graphMemory);
  return checked.success && checked.data !== 'unlimited' ? { graphMemoryBytes: parseByteSize(checked.data) } : {};
}
