import type { Batch, CompileReport, ComponentState, EncodingStore, GradientStrategy, Optimizer, StepReport, StrategyContext } from '@gramkit/spec';
import { specificationVersion } from '@gramkit/spec';
import { begun, catalogueCost, checkBatch, checkContext, encodeCatalogue, NetworkPasses, noCost, parseByteSize, planUpdates, savedCount, tableStep } from '@gramkit/tensor';
import type { EncoderCost, Networks } from '@gramkit/tensor';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { FrozenOptions } from './options.js';

export interface FrozenParts extends Networks {
  readonly sequenceModelOptimizer: Optimizer;
  /** Absent: no encodings are kept between runs. */
  readonly encodingStore?: EncodingStore;
}

/**
 * NoFinetune: the catalogue is encoded once, without dropout, and the sequence model alone is trained on it. Where the store has kept
 * these encodings from an earlier run nothing is encoded at all.
 */
export class Frozen implements GradientStrategy {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'strategy';
  readonly name = 'frozen';
  readonly #passes: NetworkPasses;
  #context?: StrategyContext;
  #step = 0;
  #table?: Tensor2D;
  /** What has been encoded and no step has reported. */
  #unreported: EncoderCost = noCost;

  constructor(
    private readonly parts: FrozenParts,
    private readonly options: FrozenOptions,
  ) {
    this.#passes = new NetworkPasses(parts);
  }

  async begin(context: StrategyContext): Promise<void> {
    checkContext(context);
    planUpdates('model', this.parts.sequenceModelOptimizer, context.epochs * context.stepsPerEpoch);
    this.#context = context;
  }

  /**
   * The first step encodes the catalogue, where nothing has asked for it before and it is not kept from an earlier run.
   * @throws GramkitError NUMERIC_FAILURE, DATA_EMPTY, DATA_MISMATCH
   */
  async step(batch: Batch): Promise<StepReport> {
    const { catalogue, seed } = begun(this.#context);
    checkBatch(batch, catalogue.count);
    const { sequenceModelOptimizer } = this.parts;
    const report = await tableStep({ sequenceModel: this.#passes.sequenceModel, sequenceModelOptimizer, table: await this.#encoded(), batch, seed, step: this.#step });
    this.#step++;
    const cost = this.#unreported;
    this.#unreported = noCost;
    return { ...report, ...cost };
  }

  async endEpoch(): Promise<void> {}

  async finish(): Promise<void> {}

  async itemEncodings(): Promise<Tensor2D> {
    return (await this.#encoded()).clone();
  }

  /** The table is no part of it: the encoder never changes, so the table is made again. */
  state(): ComponentState {
    return { tensors: {}, values: { step: this.#step } };
  }

  restore(state: ComponentState): void {
    this.#step = savedCount(state, 'step');
    this.#forgetTable();
  }

  compileReports(): readonly CompileReport[] {
    return this.#passes.compileReports();
  }

  dispose(): void {
    this.#forgetTable();
    this.#passes.dispose();
  }

  #forgetTable(): void {
    this.#table?.dispose();
    this.#table = undefined;
  }

  async #encoded(): Promise<Tensor2D> {
    if (this.#table !== undefined) return this.#table;
    const { catalogue, progress } = begun(this.#context);
    const { chunkTokens, diskCache } = this.options;
    const make = () => encodeCatalogue(this.#passes.encoder, catalogue, { chunkTokens, progress: (done, total) => progress?.('encoding the catalogue', done, total) });
    const { itemEncoder: encoder, encodingStore } = this.parts;
    const { encodings, kept } = (await encodingStore?.obtain({ encoder, catalogue, chunkTokens }, parseByteSize(diskCache), make)) ?? { encodings: await make(), kept: false };
    this.#table = encodings;
    this.#unreported = kept ? noCost : catalogueCost(catalogue);
    return this.#table;
  }
}
