import type { Batch, ComponentState, GradientStrategy, StepReport, StrategyContext } from '@gramkit/spec';
import { specificationVersion } from '@gramkit/spec';
import { begun, checkBatch, checkContext, checkTrainable, encodeCatalogue, jointStep, parseByteSize, savedCount } from '@gramkit/tensor';
import type { TrainedPair } from '@gramkit/tensor';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { everyOccurrence } from './every-occurrence.js';
import type { EndToEndOptions } from './options.js';

/**
 * E2E, the reference: `L(phi, CE(c; theta))` with the item of every interaction encoded on its own, one backward pass.
 * Encoder work: `N_int` items a step, forward and backward.
 */
export class EndToEnd implements GradientStrategy {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'strategy';
  readonly name = 'end-to-end';
  #context?: StrategyContext;
  #step = 0;

  constructor(
    private readonly pair: TrainedPair,
    private readonly options: EndToEndOptions,
  ) {}

  async begin(context: StrategyContext): Promise<void> {
    checkContext(context);
    checkTrainable(this.pair.itemEncoder, this.name);
    this.#context = context;
  }

  /** @throws GramkitError NUMERIC_FAILURE, DATA_EMPTY, DATA_MISMATCH */
  async step(batch: Batch): Promise<StepReport> {
    const { catalogue, seed } = begun(this.#context);
    checkBatch(batch, catalogue.count);
    const { chunkSize, graphMemory } = this.options;
    const report = await jointStep({
      pair: this.pair,
      catalogue,
      seed,
      step: this.#step,
      ...everyOccurrence(batch),
      chunkSize,
      graphBytes: parseByteSize(graphMemory),
    });
    this.#step++;
    return report;
  }

  async endEpoch(): Promise<void> {}

  async finish(): Promise<void> {}

  itemEncodings(): Promise<Tensor2D> {
    return encodeCatalogue(this.pair.itemEncoder, begun(this.#context).catalogue, { chunkSize: this.options.chunkSize });
  }

  state(): ComponentState {
    return { tensors: {}, values: { step: this.#step } };
  }

  restore(state: ComponentState): void {
    this.#step = savedCount(state, 'step');
  }

  dispose(): void {}
}
