import { trainBySteps, worker } from '../run-gram.js';
import { median } from '../statistics.js';
import { steadyState } from '../peer/steady-state.js';

/** What a step took at one size. */
export interface SizePoint {
  readonly size: number;
  readonly secondsPerStep: number;
  /** Null where the sizes share a process. */
  readonly peakMemoryBytes: number | null;
}

/** How a step's cost should go with a size. */
export type Growth = 'none' | 'linear' | 'quadratic';

export interface Sweep {
  readonly name: string;
  /** What grows, and what stays. */
  readonly description: string;
  readonly growth: Growth;
  readonly sizes: readonly number[];
  /** Measures all sizes once, by turns or one after another. `round` from 1. */
  readonly measure: (round: number) => Promise<readonly SizePoint[]>;
}

const threads = 2;
const equalBatches = { uniqueItems: 64, tokens: 8, windows: 32, positions: 56 };
const textItems = 32;
const itemTokens = 16;

/** @param quick fewer sizes and turns: three minutes, to see whether something has gone wrong */
export function sweeps(quick: boolean): readonly Sweep[] {
  return [
    catalogueSweep('single-step', quick, { turn: 1, turns: quick ? 5 : 10, warmUp: 2 }),
    catalogueSweep('multi-step', quick, { turn: 10, turns: quick ? 2 : 3, warmUp: 1 }),
    interactionsSweep(quick),
    {
      name: 'text length', description: `tokens of each of ${textItems} items; a step of the encoder`, growth: 'quadratic',
      ...encoderSizes(quick ? [8, 16, 32, 64, 128] : [8, 16, 32, 64, 128, 256], (tokens) => ({ items: textItems, tokens }), quick),
    },
    {
      name: 'items encoded', description: `items of ${itemTokens} tokens; a step of the encoder`, growth: 'linear',
      ...encoderSizes(quick ? [8, 32, 128, 256] : [8, 16, 32, 64, 128, 256, 512], (items) => ({ items, tokens: itemTokens }), quick),
    },
  ];
}

interface Turns {
  /** Steps of a size before the next has its turn. */
  readonly turn: number;
  readonly turns: number;
  readonly warmUp: number;
}

function catalogueSweep(strategy: string, quick: boolean, turns: Turns): Sweep {
  const sizes = quick ? [100, 100_000] : [100, 1_000, 10_000, 100_000];
  const { uniqueItems, tokens, windows, positions } = equalBatches;
  return {
    name: `catalogue under ${strategy}${turns.turn > 1 ? `:${turns.turn}` : ''}`,
    description: `items of the catalogue; every batch has ${windows} windows of ${positions} over ${uniqueItems} items of ${tokens} tokens that lie all over it`,
    growth: 'none',
    sizes,
    measure: async () => {
      const { runs } = await worker<{ readonly runs: readonly { readonly catalogue: number; readonly seconds: readonly number[] }[] }>('catalogue-steps', { strategy, catalogues: sizes, ...turns, ...equalBatches, threads });
      return runs.map(({ catalogue, seconds }) => pointOf(catalogue, seconds));
    },
  };
}

function encoderSizes(sizes: readonly number[], shapeOf: (size: number) => { readonly items: number; readonly tokens: number }, quick: boolean): Pick<Sweep, 'sizes' | 'measure'> {
  return {
    sizes,
    measure: async () => {
      const input = { shapes: sizes.map(shapeOf), steps: quick ? 3 : 6, warmUp: 2, precision: 'float32', threads };
      const { runs } = await worker<{ readonly runs: readonly { readonly seconds: readonly number[] }[] }>('encoder-step', input);
      return runs.map(({ seconds }, index) => pointOf(sizes[index]!, seconds));
    },
  };
}

/** Whole runs of `gram train` on a generated set, in processes of their own, in turns upwards and downwards. */
function interactionsSweep(quick: boolean): Sweep {
  const sizes = quick ? [100_000, 1_000_000] : [100_000, 1_000_000, 10_000_000];
  return {
    name: 'interactions',
    description: 'interactions of the data set, streamed; single-step over batches of 32 windows of 40 over the same 40 items',
    growth: 'none',
    sizes,
    measure: async (round) => {
      const points: SizePoint[] = [];
      for (const size of round % 2 === 1 ? sizes : [...sizes].reverse()) points.push(await interactionsPoint(size));
      return points.sort((first, second) => first.size - second.size);
    },
  };
}

const warmUpSteps = 8;
const measuredSteps = 16;

async function interactionsPoint(interactions: number): Promise<SizePoint> {
  const { report, steps } = await trainBySteps({
    seed: 1,
    data: { use: 'generated', items: 40, interactionsPerUser: 40, interactions, unseenFraction: 0, testFraction: 0, split: { test: 0, validation: 0 }, windowLength: 40 },
    encoder: { use: 'bert' },
    model: { use: 'dkt' },
    strategy: { use: 'single-step' },
    training: { epochs: 1, batchSize: 32, maximumSteps: warmUpSteps + measuredSteps, checkpointEvery: 1_000_000 },
    engine: { threads },
  });
  return { size: interactions, secondsPerStep: steadyState(steps.slice(warmUpSteps), steps).secondsPerStep, peakMemoryBytes: report.peakTrainingMemoryBytes };
}

function pointOf(size: number, seconds: readonly number[]): SizePoint {
  return { size, secondsPerStep: median(seconds), peakMemoryBytes: null };
}
