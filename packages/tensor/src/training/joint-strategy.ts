import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch, CompileReport, ComponentState, GradientStrategy, StepReport, StrategyContext } from '@gramkit/spec';
import { specificationVersion } from '@gramkit/spec';
import { begun, checkContext, checkTrainable } from './begun.js';
import { parseByteSize } from './byte-size.js';
import type { ByteSize } from './byte-size.js';
import { savedCount } from './component-state.js';
import { checkBatch } from './device-batch.js';
import { encodeCatalogue } from './encode-rows.js';
import { jointStep } from './joint-step.js';
import type { EncodedBatch, TrainedPair } from './joint-step.js';
import { NetworkPasses } from './network-passes.js';
import { planUpdates } from './plan-updates.js';

export interface JointStrategyOptions {
  /** Tokens encoded together. */
  readonly chunkTokens: number;
  /** Memory for activations kept for the backward pass. */
  readonly graphMemory: ByteSize;
}

/** The step of a run that a batch is for. */
export interface StepOfRun {
  /** Zero-based. */
  readonly step: number;
  /** The run's seed. */
  readonly seed: number;
}

/** Which catalogue rows a batch has encoded, and the batch with its references pointing to those. The step disposes the constants. */
export type RowsOfBatch = (batch: Batch, at: StepOfRun) => EncodedBatch;

/** A strategy that trains both networks on one loss at every step; which rows the encoder runs over tells one from another. */
export class JointStrategy implements GradientStrategy {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'strategy';
  readonly #passes: NetworkPasses;
  #context?: StrategyContext;
  #step = 0;

  constructor(
    readonly name: string,
    private readonly pair: TrainedPair,
    private readonly options: JointStrategyOptions,
    private readonly rowsOf: RowsOfBatch,
  ) {
    this.#passes = new NetworkPasses(pair);
  }

  async begin(context: StrategyContext): Promise<void> {
    checkContext(context);
    checkTrainable(this.pair.itemEncoder, this.name);
    const updates = context.epochs * context.stepsPerEpoch;
    planUpdates('encoder', this.pair.encoderOptimizer, updates);
    planUpdates('model', this.pair.sequenceModelOptimizer, updates);
    this.#context = context;
  }

  /** @throws GramkitError NUMERIC_FAILURE, DATA_EMPTY, DATA_MISMATCH */
  async step(batch: Batch): Promise<StepReport> {
    const { catalogue, seed } = begun(this.#context);
    checkBatch(batch, catalogue.count);
    const { chunkTokens, graphMemory } = this.options;
    const encoded = this.rowsOf(batch, { step: this.#step, seed });
    try {
      const report = await jointStep({
        encoder: this.#passes.encoder,
        sequenceModel: this.#passes.sequenceModel,
        optimizers: this.pair,
        catalogue,
        seed,
        step: this.#step,
        ...encoded,
        chunkTokens,
        graphBytes: parseByteSize(graphMemory),
      });
      this.#step++;
      return report;
    } finally {
      encoded.constants?.dispose();
    }
  }

  async endEpoch(): Promise<void> {}

  async finish(): Promise<void> {}

  itemEncodings(): Promise<Tensor2D> {
    return encodeCatalogue(this.#passes.encoder, begun(this.#context).catalogue, { chunkTokens: this.options.chunkTokens });
  }

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
}
