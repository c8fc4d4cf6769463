import type { Batch, ComponentState, GradientStrategy, StepReport, StrategyContext } from '@gramkit/spec';
import { specificationVersion } from '@gramkit/spec';
import { begun, checkBatch, checkContext, checkTrainable, encodeCatalogue, jointStep, parseByteSize, savedCount } from '@gramkit/tensor';
import type { TrainedPair } from '@gramkit/tensor';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { SingleStepOptions } from './options.js';

/**
 * Single-step GRAM: the `U` unique items of the batch are encoded once, their encodings gathered wherever they occur;
 * `g_u = dL/dh_u` is summed over the occurrences, and one encoder step follows `sum_u <g_u, dCE(c_u)/dtheta>`,
 * which is E2E's gradient exactly. Encoder work: `U` items a step, forward and backward (forward twice for what outgrows `graphMemory`).
 */
export class SingleStep implements GradientStrategy {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'strategy';
  readonly name = 'single-step';
  #context?: StrategyContext;
  #step = 0;

  constructor(
    private readonly pair: TrainedPair,
    private readonly options: SingleStepOptions,
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
      rows: batch.itemIds,
      batch,
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
