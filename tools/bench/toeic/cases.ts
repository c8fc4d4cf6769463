/** A strategy, or a baseline of the paper, and how much of it is run to know what an epoch costs. */
export interface ToeicCase {
  readonly name: string;
  readonly strategy: object;
  /** Sections that stand in place of the common ones. */
  readonly replaced?: Readonly<Record<string, object>>;
  /** Windows of histories in a batch, where it is not the common number: of end-to-end a whole batch takes minutes, and its cost goes with the interactions. */
  readonly batchSize?: number;
  readonly warmUp: number;
  readonly steps: number;
}

/** Windows of histories in a batch: the paper's. */
export const batchSize = 32;

/** Steps of the window that multi-step is measured on: enough that a third of the catalogue is met and regressed to. */
export const measuredInterval = 10;

/** Passes of the encoder over the rows of a window: those of the comparison that the paper's speed-up is held against. */
export const passes = 2;

/** Multi-step without the recipe's first and last epochs, whose cost is the sequence model's alone. */
const multiStep = { use: 'multi-step', interval: measuredInterval, passes, miniBatch: 32, warmUpEpochs: 0, settlingEpochs: 0, evaluateWindows: 'never' } as const;

export const windowCase: ToeicCase = { name: 'multi-step', strategy: multiStep, warmUp: 0, steps: measuredInterval };

/** What is measured step by step. */
export const stepCases: readonly ToeicCase[] = [
  { name: 'no-content', strategy: { use: 'single-step' }, replaced: { encoder: { use: 'id', dimension: 384 } }, warmUp: 20, steps: 40 },
  { name: 'frozen', strategy: { use: 'frozen', diskCache: 0 }, warmUp: 20, steps: 40 },
  { name: 'eernn', strategy: { use: 'single-step' }, replaced: { encoder: { use: 'bilstm' }, tokenizer: { use: 'words', maxLength: 192 } }, warmUp: 1, steps: 3 },
  { name: 'speedy-feed', strategy: { use: 'speedy-feed' }, warmUp: 1, steps: 2 },
  { name: 'single-step', strategy: { use: 'single-step' }, warmUp: 1, steps: 2 },
  { name: 'end-to-end', strategy: { use: 'end-to-end' }, batchSize: 4, warmUp: 2, steps: 6 },
];

/** The paper's TOEIC at 10 million interactions: 9,336 questions of 147 tokens, 76 answers a student in the mean. Nobody is held out: nothing is evaluated. */
export function configuration(interactions: number, { strategy, replaced, batchSize: windows = batchSize }: Pick<ToeicCase, 'strategy' | 'replaced' | 'batchSize'>, maximumSteps: number): object {
  return {
    seed: 1,
    data: {
      use: 'generated', seed: 1, items: 9336, tokens: 147, users: Math.max(1, Math.round(interactions / 76)), interactions, historyDeviation: 1, popularityExponent: 1,
      testFraction: 0, unseenFraction: 0, split: { test: 0, validation: 0 }, windowLength: 100,
    },
    tokenizer: { use: 'huggingface', maxLength: 192 },
    encoder: { use: 'bert' },
    model: { use: 'dkt', hidden: 384, layers: 2 },
    ...replaced,
    strategy,
    optimizers: { encoder: { use: 'adam', learningRate: 5e-5 }, model: { use: 'adam', learningRate: 1e-3 } },
    training: { epochs: 1, batchSize: windows, maximumSteps, checkpointEvery: 1_000_000 },
    engine: { threads: 2 },
  };
}
