import { GramkitError } from '@gramkit/spec';
import { hash32 } from '../split/hash.js';
import type { GeneratedNews } from './news-catalogue.js';
import { defaultReaders, type NewsOptions } from './news-options.js';
import { topics } from './news-texts.js';
import { createRandom, type Random } from './random.js';

/** Stream of the generator's seeds for readers. */
const readerStream = 0x52454144;

/** One list of news that was shown; the arrays are the caller's to keep. */
export interface GeneratedImpression {
  /** Rows of the catalogue that were clicked before, oldest first. */
  readonly history: readonly number[];
  /** Rows of the catalogue that are shown, all different. */
  readonly candidates: readonly number[];
  /** The true probability that each of them is the one that is clicked. */
  readonly probabilities: Float32Array;
  /** Place of the clicked one among the candidates. */
  readonly clicked: number;
  readonly heldOut: boolean;
}

/** Draws readers one by one: each depends on the seed, its own number and the number of its impressions only. */
export interface Audience {
  readonly users: number;
  readonly impressions: number;
  impressionsOf(user: number): Generator<GeneratedImpression>;
}

/** How many readers and impressions a set has. */
export function audienceSize({ users, impressions, impressionsPerUser }: NewsOptions): Pick<Audience, 'users' | 'impressions'> {
  if (impressions === undefined) return { users: users ?? defaultReaders, impressions: (users ?? defaultReaders) * impressionsPerUser };
  return { users: users ?? Math.ceil(impressions / impressionsPerUser), impressions };
}

/**
 * Readers whose interests drift. Each impression has one click: reader u clicks candidate i with probability softmax(interest(u, topic i) +
 * appeal i) over the candidates.
 * @throws GramkitError CONFIGURATION_INVALID where there are fewer news than an impression shows, or fewer impressions than readers.
 */
export function createAudience(options: NewsOptions, catalogue: readonly GeneratedNews[]): Audience {
  const { users, impressions } = audienceSize(options);
  const pools = poolsOf(catalogue, options.candidates);
  if (impressions < users) {
    throw new GramkitError('CONFIGURATION_INVALID', `${impressions} impressions are too few for ${users} readers`, { field: 'impressions', fix: `ask for at least ${users} impressions or fewer users` });
  }
  const impressionsBefore = (user: number): number =>
    options.users === undefined && options.impressions !== undefined ? Math.min(user * options.impressionsPerUser, impressions) : Math.floor((user * impressions) / users);
  function* impressionsOf(user: number): Generator<GeneratedImpression> {
    const reader = new NewsReader(options, catalogue, createRandom(hash32(options.seed, readerStream, user) | 0));
    for (let click = 0; click < options.earlierClicks; click++) reader.see(pools.training, false);
    const count = impressionsBefore(user + 1) - impressionsBefore(user);
    const heldOutFrom = count - Math.round(options.testFraction * count);
    for (let number = 0; number < count; number++) {
      const heldOut = number >= heldOutFrom;
      yield reader.see(heldOut ? pools.test : pools.training, heldOut);
    }
  }
  return { users, impressions, impressionsOf };
}

function poolsOf(catalogue: readonly GeneratedNews[], candidates: number): Readonly<Record<'training' | 'test', readonly number[]>> {
  const training = catalogue.flatMap((news, row) => (news.unseen ? [] : [row]));
  if (training.length < candidates) {
    throw new GramkitError('CONFIGURATION_INVALID', `${candidates} news are shown at once, and only ${training.length} can be shown in training`, { field: 'candidates', fix: 'ask for more items or fewer candidates' });
  }
  return { training, test: catalogue.map((_, row) => row) };
}

/** A reader as time goes by. */
class NewsReader {
  readonly #interests: Float64Array;
  #history: readonly number[] = [];

  constructor(private readonly options: NewsOptions, private readonly catalogue: readonly GeneratedNews[], private readonly random: Random) {
    this.#interests = Float64Array.from(topics, () => random.normal(0, options.interestDeviation));
  }

  see(pool: readonly number[], heldOut: boolean): GeneratedImpression {
    const candidates = this.#drawCandidates(pool);
    const probabilities = this.#probabilitiesOf(candidates);
    const clicked = this.#drawClick(probabilities);
    const history = this.#history;
    this.#history = [...history, candidates[clicked]!].slice(-this.options.historyClicks);
    this.#drift();
    return { history, candidates, probabilities, clicked, heldOut };
  }

  #drawCandidates(pool: readonly number[]): readonly number[] {
    const drawn = new Set<number>();
    while (drawn.size < this.options.candidates) drawn.add(pool[this.random.integer(0, pool.length - 1)]!);
    return [...drawn];
  }

  /** Softmax of interest and appeal. */
  #probabilitiesOf(candidates: readonly number[]): Float32Array {
    const wishes = candidates.map((row) => this.#interests[this.catalogue[row]!.topic]! + this.catalogue[row]!.appeal);
    const highest = Math.max(...wishes);
    const odds = wishes.map((wish) => Math.exp(wish - highest));
    const whole = odds.reduce((sum, odd) => sum + odd, 0);
    return Float32Array.from(odds, (odd) => odd / whole);
  }

  #drawClick(probabilities: Float32Array): number {
    let left = this.random.uniform();
    const place = probabilities.findIndex((probability) => (left -= probability) < 0);
    // Rounding may leave a sum just below 1.
    return place === -1 ? probabilities.length - 1 : place;
  }

  /** An autoregression that keeps the variance of interests. */
  #drift(): void {
    const { drift, interestDeviation } = this.options;
    const kept = Math.sqrt(1 - drift);
    this.#interests.forEach((interest, topic) => {
      this.#interests[topic] = kept * interest + this.random.normal(0, Math.sqrt(drift) * interestDeviation);
    });
  }
}
