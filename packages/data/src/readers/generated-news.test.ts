import type { ImpressionChunk, ItemContent } from '@gramkit/spec';
import { describe, expect, it } from 'vitest';
import { createAudience } from '../generator/news-audience.js';
import { explainedAppeal, generateNews } from '../generator/news-catalogue.js';
import { newsOptions } from '../generator/news-options.js';
import { generateNewsTexts, topics } from '../generator/news-texts.js';
import { storeOf } from '../testing/fixtures.js';
import { createGeneratedNewsReader } from './generated-news.js';

const options = (given: object = {}) => newsOptions.parse(given);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

interface Row {
  readonly user: string;
  readonly history: readonly string[];
  readonly candidates: readonly string[];
  readonly click: number;
  readonly probabilities: Float32Array;
  readonly heldOut: boolean;
}

async function rowsOf(given: object): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const chunk of createGeneratedNewsReader(options(given)).impressions!()) rows.push(...rowsOfChunk(chunk));
  return rows;
}

function rowsOfChunk({ userIds, histories, candidates, clicks, probabilities, heldOut }: ImpressionChunk): Row[] {
  return userIds.map((user, row) => ({
    user, history: histories[row]!, candidates: candidates[row]!, click: clicks[row]!.indexOf(1), probabilities: probabilities![row]!, heldOut: heldOut![row] === 1,
  }));
}

describe('generated news', () => {
  const catalogue = generateNews(options());

  it('have titles of their own, and a share of every topic unseen', () => {
    expect(new Set(catalogue.map(({ title }) => title)).size).toBe(1200);
    topics.forEach((_, topic) => {
      const ofTopic = catalogue.filter((news) => news.topic === topic);
      expect([ofTopic.length, ofTopic.filter(({ unseen }) => unseen).length]).toEqual([100, 20]);
    });
  });

  it('say in the title what the appeal depends on', () => {
    for (const { title, scale, angle, tone } of catalogue) {
      expect(/ after (\d+) /.exec(title)![1]).toHaveLength(scale + 1);
      expect([/^(?!.* (at last|not) )/, / at last /, / not /].findIndex((word) => word.test(title))).toBe(angle);
      expect([/ a (usual|regular|ordinary|calm) /, / a (notable|curious|fresh|lively) /, / a (surprising|dramatic|striking|bold) /, / a (shocking|explosive|stunning|outrageous) /].findIndex((word) => word.test(title))).toBe(tone);
    }
  });

  it('appeal by other things in other topics', () => {
    const appeal = (topic: number) => explainedAppeal({ topic, scale: 3, tone: 0, angle: 2 }, options());
    expect(appeal(0)).toBeCloseTo(0.9 * 1.5 - 0.1 * 1.5 + 0.9);
    expect(appeal(1)).toBeCloseTo(0.1 * 1.5 - 0.9 * 1.5 + 0.9);
    expect(appeal(2)).toBeCloseTo(0.9 * 1.5 - 0.1 * 1.5 - 0.5);
    expect(appeal(11)).toBeCloseTo(0.1 * 1.5 - 0.9 * 1.5 + 0.9 - 1.4 * (Math.floor(11 / 2) % 2));
  });

  it('say so where the grammar has no more titles', () => {
    const stuck = { uniform: () => 0, integer: (low: number) => low, normal: () => 0, pick: <Value>(choices: readonly Value[]) => choices[0]! };
    expect(() => generateNewsTexts(stuck, 2)).toThrow(/no more than about 1 different titles on politics/);
  });
});

describe('generated readers', () => {
  it('click as often as their probabilities say', async () => {
    const rows = await rowsOf({});
    let surplus = 0;
    let variance = 0;
    for (const { click, probabilities } of rows) {
      expect(mean([...probabilities]) * probabilities.length).toBeCloseTo(1, 5);
      const expected = probabilities.reduce((sum, probability) => sum + probability ** 2, 0);
      surplus += probabilities[click]! - expected;
      variance += probabilities.reduce((sum, probability) => sum + probability ** 3, 0) - expected ** 2;
    }
    expect(Math.abs(surplus)).toBeLessThan(4 * Math.sqrt(variance));
  });

  it('wish for what their interests and the appeal say', () => {
    const given = options({ interestDeviation: 0 });
    const catalogue = generateNews(given);
    for (const { candidates, probabilities } of createAudience(given, catalogue).impressionsOf(5)) {
      const ratios = candidates.map((row, place) => probabilities[place]! / Math.exp(catalogue[row]!.appeal));
      for (const ratio of ratios) expect(ratio / ratios[0]!).toBeCloseTo(1, 4);
    }
  });

  it('come to an impression with the clicks before it, the latest ones', async () => {
    const rows = (await rowsOf({ users: 3, earlierClicks: 2, historyClicks: 5 })).slice(0, 10);
    expect(rows.map(({ history }) => history.length)).toEqual([2, 3, 4, 5, 5, 5, 5, 5, 5, 5]);
    for (let row = 1; row < 10; row++) {
      const before = rows[row - 1]!;
      expect(rows[row]!.history).toEqual([...before.history, before.candidates[before.click]].slice(-5));
    }
  });

  it('hold their interests the less, the longer ago', () => {
    const given = options({ drift: 0.2, scaleEffect: [0, 0], toneEffect: [0, 0], angleEffect: [0, 0], topicDeviation: 0, itemDeviation: 0, items: 24, candidates: 12, unseenFraction: 0 });
    const catalogue = generateNews(given);
    const audience = createAudience(given, catalogue);
    const products = [0, 1, 2].map(() => [] as number[]);
    for (let user = 0; user < 600; user++) {
      const interest = [...audience.impressionsOf(user)].map(({ candidates, probabilities }) => {
        const byTopic = new Map(candidates.map((row, place) => [catalogue[row]!.topic, Math.log(probabilities[place]!)]));
        return byTopic.has(0) && byTopic.has(1) ? byTopic.get(0)! - byTopic.get(1)! : undefined;
      });
      [0, 2, 6].forEach((lag, index) => {
        if (interest[0] !== undefined && interest[lag] !== undefined) products[index]!.push(interest[0] * interest[lag]);
      });
    }
    const [variance, ...covariances] = products.map(mean);
    [2, 6].forEach((lag, index) => expect(Math.abs(covariances[index]! / variance! - 0.8 ** (lag / 2))).toBeLessThan(0.2));
  });

  it('depend on the seed and their own number alone', async () => {
    const rows = await rowsOf({ users: 20 });
    expect((await rowsOf({ users: 40 })).slice(0, 200)).toEqual(rows);
    expect((await rowsOf({ users: 20, seed: 1 }))).not.toEqual(rows);
  });
});

describe('the generated news reader', () => {
  it('holds the last impressions out and shows unseen news in them alone', async () => {
    const rows = await rowsOf({ users: 300 });
    expect(rows.slice(0, 10).map(({ heldOut }) => heldOut)).toEqual([...new Array<boolean>(8).fill(false), true, true]);
    const items: ItemContent[] = [];
    for await (const some of createGeneratedNewsReader(options()).items()) items.push(...some);
    const unseen = new Set(items.filter(({ fields }) => fields['unseen'] === '1').map(({ id }) => id));
    for (const { heldOut, candidates, history } of rows.filter((row) => !row.heldOut)) expect([heldOut, ...candidates, ...history].some((id) => unseen.has(String(id)))).toBe(false);
    const shown = rows.filter(({ heldOut }) => heldOut).flatMap(({ candidates }) => candidates);
    expect(shown.filter((id) => unseen.has(id)).length / shown.length).toBeCloseTo(0.2, 1);
    for (const { candidates } of rows) expect(new Set(candidates).size).toBe(12);
  });

  it('makes as many impressions as asked for, of as many readers', async () => {
    const shared = await rowsOf({ users: 7, impressions: 100 });
    expect([shared.length, new Set(shared.map(({ user }) => user)).size]).toEqual([100, 7]);
    const full = await rowsOf({ impressions: 1234, impressionsPerUser: 50 });
    expect([full.length, full.at(-1)!.user]).toEqual([1234, 'u000024']);
    expect(full.filter(({ user }) => user === 'u000024')).toHaveLength(34);
    expect(() => createAudience(options({ users: 10, impressions: 5 }), generateNews(options()))).toThrow(/5 impressions are too few for 10 readers/);
    expect(() => createAudience(options({ items: 12, candidates: 12 }), generateNews(options({ items: 12 })))).not.toThrow();
    expect(() => createAudience(options({ items: 12, candidates: 13 }), generateNews(options({ items: 12 })))).toThrow(/13 news are shown at once/);
  });

  it('has a fingerprint of its options', async () => {
    const of = (given: object) => createGeneratedNewsReader(options(given)).fingerprint();
    expect(await of({})).toBe(await of({ users: 2000 }));
    expect(await of({ seed: 1 })).not.toBe(await of({}));
    expect(await of({ impressions: 20_000 })).not.toBe(await of({ users: 2000, impressions: 20_000 }));
  });

  it('has a ceiling between chance and certainty', async () => {
    const store = await storeOf(createGeneratedNewsReader(options()));
    expect(store.summary).toMatchObject({ task: 'recommendation', users: 2000, items: 1200, impressions: 20_000, candidates: 240_000 });
    const ceiling = (await store.ceiling())!;
    // numpy over the same impressions: AUC .8440, MRR .6086, nDCG@10 .7006
    expect(ceiling.interactions).toBe(4000);
    expect(ceiling.auc).toBeCloseTo(0.844, 3);
    expect(ceiling.ranking!.meanReciprocalRank).toBeCloseTo(0.6086, 3);
    expect(ceiling.ranking!.ndcgAt10).toBeCloseTo(0.7006, 3);
    expect(ceiling.unseenAuc).toBeGreaterThan(0.8);
  });
});
