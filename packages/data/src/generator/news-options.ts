import { z } from 'zod';
import { topics } from './news-texts.js';

const coefficientPair = (first: number, second: number) => z.tuple([z.number(), z.number()]).default([first, second]);

/** Readers of a set whose size is left open. */
export const defaultReaders = 2000;

/** Sizes and coefficients of the generated news set. */
export const newsOptions = z.strictObject({
  seed: z.int().nonnegative().max(0xffffffff).default(0).describe('Decides texts, appeal, interests and clicks.'),
  users: z.int().positive().optional().describe(`Readers; ${defaultReaders} where neither users nor impressions are given.`),
  items: z.int().positive().multipleOf(topics.length).default(1200).describe(`News; a multiple of ${topics.length}, the number of topics.`),
  impressionsPerUser: z.int().positive().default(10).describe('Impressions of each reader.'),
  impressions: z.int().positive().optional()
    .describe('Impressions in all: with users, shared among them; without, of as many readers as it takes, of whom the last may have fewer.'),
  candidates: z.int().min(2).default(12).describe('News shown in an impression, one of which is clicked.'),
  historyClicks: z.int().positive().default(30).describe('Clicks before an impression that it carries, the latest ones.'),
  earlierClicks: z.int().nonnegative().default(12).describe('Clicks of a reader before the first impression.'),
  unseenFraction: z.number().min(0).lt(1).default(0.2).describe('Share of the news of each topic that only test impressions show.'),
  testFraction: z.number().min(0).lt(1).default(0.2).describe("Share of a reader's impressions that are held out: the last ones."),
  scaleEffect: coefficientPair(0.9, 0.1).describe('Appeal per size of the number in the title (0 to 3), in topics of even and of odd number.'),
  toneEffect: coefficientPair(0.1, 0.9).describe('Appeal per strength of the adjective (0 to 3), in topics of even and of odd number.'),
  angleEffect: coefficientPair(0.9, -0.5).describe('Appeal of the small word of the title (0 to 2), in alternate pairs of topics.'),
  topicDeviation: z.number().nonnegative().default(0.2).describe("Deviation of a topic's own appeal."),
  itemDeviation: z.number().nonnegative().default(0.15).describe('Deviation of an appeal that no text explains.'),
  interestDeviation: z.number().nonnegative().default(1.2).describe("Deviation of a reader's interest in a topic."),
  drift: z.number().min(0).max(1).default(0.03).describe('Share of the variance of interests that is new from one impression to the next.'),
});

export type NewsOptions = z.output<typeof newsOptions>;
