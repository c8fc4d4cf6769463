import type { ItemContent } from '@gramkit/spec';
import { drawUnseen } from './draw-unseen.js';
import type { NewsOptions } from './news-options.js';
import { generateNewsTexts, topics, type NewsText } from './news-texts.js';
import { createRandom } from './random.js';

/** A news item and what it adds to everybody's wish to read it. */
export interface GeneratedNews extends NewsText {
  readonly appeal: number;
  /** Only test impressions show it. */
  readonly unseen: boolean;
}

/**
 * The part of an appeal that the title explains: what counts (number, adjective, small word) differs from topic to topic, so that a
 * sentence encoding that was never trained on clicks explains little of it.
 */
export function explainedAppeal(news: Omit<NewsText, 'title' | 'abstract'>, options: NewsOptions): number {
  const odd = news.topic % 2;
  const oddPair = Math.floor(news.topic / 2) % 2;
  return options.scaleEffect[odd]! * (news.scale - 1.5) + options.toneEffect[odd]! * (news.tone - 1.5) + options.angleEffect[oddPair]! * (news.angle - 1);
}

/** The news of a generated set, topic after topic. */
export function generateNews(options: NewsOptions): GeneratedNews[] {
  const random = createRandom(options.seed);
  const texts = generateNewsTexts(random, options.items / topics.length);
  const topicAppeal = topics.map(() => random.normal(0, options.topicDeviation));
  const appeals = texts.map((text) => explainedAppeal(text, options) + topicAppeal[text.topic]! + random.normal(0, options.itemDeviation));
  const unseen = drawUnseen(random, texts.map(({ topic }) => topic), options.unseenFraction);
  return texts.map((text, row) => ({ ...text, appeal: appeals[row]!, unseen: unseen.has(row) }));
}

/** A news item as the store keeps it: `title` and `abstract` are what an encoder reads, the other fields are for analysis. */
export function newsContent({ topic, scale, tone, angle, title, abstract, appeal, unseen }: GeneratedNews, row: number): ItemContent {
  return {
    id: `n${row}`,
    fields: {
      title, abstract, topic: topics[topic]!.name,
      scale: String(scale), tone: String(tone), angle: String(angle), appeal: String(appeal), unseen: unseen ? '1' : '0',
    },
  };
}
