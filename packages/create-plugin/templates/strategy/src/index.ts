import { type Batch, type CompileReport, type ComponentState, definePlugin, type GradientStrategy, specificationVersion, type StepReport, type StrategyContext, tokens } from '@gramkit/spec';
import { begun, byteSizeSchema, checkBatch, checkContext, checkTrainable, defaultChunkTokens, encodeCatalogue, encodeRows, forwardCost, jointStep, NetworkPasses, parseByteSize, planUpdates, savedCount, seedTensor, tableStep, type TrainedPair } from '@gramkit/tensor';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** What a configuration can say beside `use: plugin-name`. Strict: a key that is not here is refused. */
export const strategyOptions = z.strictObject({
  every: z.int().min(1).default(4).describe('At one step of so many the encoder learns too; at the others it is only read. 1: single-step.'),
  chunkTokens: z.int().min(1).default(defaultChunkTokens).describe('Tokens of items of like length that go through the encoder together.'),
  graphMemory: byteSizeSchema.default('4GiB').describe('Memory for activations kept for the backward pass, or "unlimited". What does not fit is encoded a second time.'),
});
export type StrategyOptions = z.output<typeof strategyOptions>;

/**
 * Single-step GRAM at every k-th step, the first among them; in between the sequence model alone learns, on fresh encodings of the batch's
 * items without dropout. The encoder's backward passes, two thirds of its work, fall to one in k.
 */
export class NowAndThen implements GradientStrategy {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'strategy';
  readonly name = 'plugin-name';
  readonly #passes: NetworkPasses;
  #context?: StrategyContext;
  #step = 0;

  constructor(private readonly pair: TrainedPair, private readonly options: StrategyOptions) {
    this.#passes = new NetworkPasses(pair);
  }

  async begin(context: StrategyContext): Promise<void> {
    checkContext(context);
    checkTrainable(this.pair.itemEncoder, this.name);
    const steps = context.epochs * context.stepsPerEpoch;
    planUpdates('encoder', this.pair.encoderOptimizer, Math.ceil(steps / this.options.every));
    planUpdates('model', this.pair.sequenceModelOptimizer, steps);
    this.#context = context;
  }

  /** @throws GramkitError NUMERIC_FAILURE, before a weight has changed; DATA_EMPTY, DATA_MISMATCH for a batch that does not fit the catalogue. */
  async step(batch: Batch): Promise<StepReport> {
    const context = begun(this.#context);
    checkBatch(batch, context.catalogue.count);
    const report = await (this.#step % this.options.every === 0 ? this.#stepOfBoth(batch, context) : this.#stepOfModel(batch, context));
    this.#step++;
    return report;
  }

  async endEpoch(): Promise<void> {}

  async finish(): Promise<void> {}

  /** Of the encoder as it is: what is evaluated is never stale. */
  itemEncodings(): Promise<Tensor2D> {
    return encodeCatalogue(this.#passes.encoder, begun(this.#context).catalogue, { chunkTokens: this.options.chunkTokens });
  }

  /** The step decides dropout, and when the encoder learns: a run that is resumed goes on as though it had not stopped. */
  state(): ComponentState {
    return { tensors: {}, values: { step: this.#step } };
  }

  restore(state: ComponentState): void {
    this.#step = savedCount(state, 'step');
  }

  compileReports(): readonly CompileReport[] {
    return this.#passes.compileReports();
  }

  dispose(): void {
    this.#passes.dispose();
  }

  #stepOfBoth(batch: Batch, { catalogue, seed }: StrategyContext): Promise<StepReport> {
    const { encoder, sequenceModel } = this.#passes;
    const { chunkTokens, graphMemory } = this.options;
    return jointStep({ encoder, sequenceModel, optimizers: this.pair, catalogue, rows: batch.itemIds, batch, seed, step: this.#step, chunkTokens, graphBytes: parseByteSize(graphMemory) });
  }

  async #stepOfModel(batch: Batch, { catalogue, seed }: StrategyContext): Promise<StepReport> {
    const noMasks = seedTensor(seed, 'encoderMasks', this.#step);
    const table = encodeRows(this.#passes.encoder, catalogue, batch.itemIds, { training: false, seed: noMasks }, this.options.chunkTokens); // [unique, dimension]
    try {
      // The table holds the batch's items alone, in its order.
      const ofTable = { ...batch, itemIds: batch.itemIds.map((_, row) => row) };
      const report = await tableStep({ sequenceModel: this.#passes.sequenceModel, sequenceModelOptimizer: this.pair.sequenceModelOptimizer, table, batch: ofTable, seed, step: this.#step });
      return { ...report, ...forwardCost(catalogue, batch.itemIds) };
    } finally {
      table.dispose();
      noMasks.dispose();
    }
  }
}

export default definePlugin({
  specificationVersion: 1,
  kind: 'strategy',
  name: 'plugin-name',
  description: 'plugin-description',
  options: strategyOptions,
  dependencies: {
    engine: tokens.engine,
    itemEncoder: tokens.itemEncoder,
    sequenceModel: tokens.sequenceModel,
    encoderOptimizer: tokens.encoderOptimizer,
    sequenceModelOptimizer: tokens.sequenceModelOptimizer,
  },
  create: ({ options, ...pair }) => new NowAndThen(pair, options),
});
