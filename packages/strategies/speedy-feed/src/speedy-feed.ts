import type { Batch, ComponentState, StrategyContext } from '@gramkit/spec';
import { begun, JointStrategy, savedCount, seededUniform } from '@gramkit/tensor';
import type { EncodedBatch, StepOfRun, TrainedPair } from '@gramkit/tensor';
import { EncodingCache } from './encoding-cache.js';
import type { SpeedyFeedOptions } from './options.js';
import { splitBatch } from './split-batch.js';

/** Items that an epoch's batches asked for so far, and those of them that the cache had. */
interface Lookups {
  items: number;
  cached: number;
}

/**
 * SpeedyFeed's centralised encoding (Xiao et al., 2022, "Training Large-Scale News Recommenders with Pretrained Language Models in the Loop"):
 * the `U` unique items of a batch are encoded once and their encodings cached; step t looks the cache up with probability
 * `p_t = 1 - exp(-beta t)` and then uses what is there, unless it was encoded more than `gamma` steps ago. Encodings out of the cache are
 * constants: they get no gradient, and the encoder's gradient is that of the fresh ones alone, `sum_fresh <g_u, dCE(c_u)/dtheta>`.
 * Encoder work: the items of a step that are not looked up, forward and backward.
 *
 * The encoder's optimizer makes an update at every step; where all items were cached its gradients are zero.
 * The paper's other parts (BusLM, content refinement, dynamic batching) are no ways of propagating a gradient and are left out.
 */
export class SpeedyFeed extends JointStrategy {
  readonly #cache: EncodingCache;
  readonly #lookups: Lookups;
  #begun?: StrategyContext;

  constructor(pair: TrainedPair, options: SpeedyFeedOptions) {
    const cache = new EncodingCache(pair.itemEncoder.dimension);
    const lookups: Lookups = { items: 0, cached: 0 };
    super('speedy-feed', pair, options, (batch, at) => encodedBatch(batch, at, cache, lookups, options));
    this.#cache = cache;
    this.#lookups = lookups;
  }

  override async begin(context: StrategyContext): Promise<void> {
    await super.begin(context);
    this.#begun = context;
  }

  /** Reports the share of the epoch's items, each counted once a batch, that came out of the cache. */
  override async endEpoch(): Promise<void> {
    const { items, cached } = this.#lookups;
    begun(this.#begun).report({ kind: 'cache', values: { items, cached, share: items === 0 ? 0 : cached / items, kept: this.#cache.size } });
    Object.assign(this.#lookups, { items: 0, cached: 0 });
  }

  override state(): ComponentState {
    const { values } = super.state();
    return { tensors: this.#cache.tensors(), values: { ...values, items: this.#lookups.items, cached: this.#lookups.cached } };
  }

  override restore(state: ComponentState): void {
    const lookups: Lookups = { items: savedCount(state, 'items'), cached: savedCount(state, 'cached') };
    this.#cache.restore(state, savedCount(state, 'step'), begun(this.#begun).catalogue.count);
    super.restore(state);
    Object.assign(this.#lookups, lookups);
  }

  override dispose(): void {
    super.dispose();
    this.#cache.dispose();
  }
}

/** What of a batch is encoded, and what the cache gives. */
function encodedBatch(batch: Batch, { step, seed }: StepOfRun, cache: EncodingCache, lookups: Lookups, { ageLimit, lookupGrowth }: SpeedyFeedOptions): EncodedBatch {
  if (ageLimit === 0) return { rows: batch.itemIds, batch };
  cache.forgetBefore(step - ageLimit);
  const looksUp = seededUniform(seed, 'cacheLookups', step) < 1 - Math.exp(-lookupGrowth * step);
  const split = splitBatch(batch, (row) => looksUp && cache.has(row));
  return {
    rows: split.encoded,
    batch: split.batch,
    ...(split.cached.length > 0 && { constants: cache.take(split.cached) }),
    keep: (encodings) => {
      cache.put(split.encoded, encodings, step);
      lookups.items += batch.itemIds.length;
      lookups.cached += split.cached.length;
    },
  };
}
