import { createHash } from 'node:crypto';
import { definePlugin, specificationVersion, type DatasetReader, type ImpressionChunk, type ItemContent } from '@gramkit/spec';
import { createAudience, type GeneratedImpression } from '../generator/news-audience.js';
import { generateNews, newsContent } from '../generator/news-catalogue.js';
import { defaultReaders, newsOptions, type NewsOptions } from '../generator/news-options.js';
import { userId } from './user-id.js';

/** Impressions in a chunk. */
const chunkImpressions = 512;

/** Raised when the same options give another set. */
const generatorVersion = 1;

/** A news set whose titles explain appeal in a way that frozen sentence encodings do not capture. */
export function createGeneratedNewsReader(options: NewsOptions): DatasetReader {
  const catalogue = generateNews(options);
  return {
    specificationVersion, kind: 'reader', name: 'generated-news', task: 'recommendation',
    fingerprint: () => Promise.resolve(createHash('sha256').update(identityOf(options)).digest('hex')),
    async *items(): AsyncGenerator<ItemContent[]> {
      yield catalogue.map(newsContent);
    },
    async *interactions() {},
    async *impressions(): AsyncGenerator<ImpressionChunk> {
      const audience = createAudience(options, catalogue);
      const itemIds = catalogue.map((news, row) => newsContent(news, row).id);
      let drawn: DrawnImpression[] = [];
      for (let user = 0; user < audience.users; user++) {
        const id = userId('u', user);
        for (const impression of audience.impressionsOf(user)) {
          drawn.push({ user: id, impression });
          if (drawn.length < chunkImpressions) continue;
          yield chunkOf(drawn, itemIds);
          drawn = [];
        }
      }
      if (drawn.length > 0) yield chunkOf(drawn, itemIds);
    },
    dispose: () => {},
  };
}

/** Whether users are given beside impressions decides how impressions are shared out. */
function identityOf({ seed, users, ...rest }: NewsOptions): string {
  return JSON.stringify([generatorVersion, { seed, users: users ?? (rest.impressions === undefined ? defaultReaders : null), ...rest }]);
}

interface DrawnImpression {
  readonly user: string;
  readonly impression: GeneratedImpression;
}

function chunkOf(drawn: readonly DrawnImpression[], itemIds: readonly string[]): ImpressionChunk {
  const idsOf = (rows: readonly number[]): string[] => rows.map((row) => itemIds[row]!);
  return {
    userIds: drawn.map(({ user }) => user),
    histories: drawn.map(({ impression }) => idsOf(impression.history)),
    candidates: drawn.map(({ impression }) => idsOf(impression.candidates)),
    clicks: drawn.map(({ impression: { candidates, clicked } }) => Uint8Array.from(candidates, (_, place) => (place === clicked ? 1 : 0))),
    heldOut: Uint8Array.from(drawn, ({ impression }) => (impression.heldOut ? 1 : 0)),
    probabilities: drawn.map(({ impression }) => impression.probabilities),
  };
}

export default definePlugin({
  specificationVersion,
  kind: 'reader',
  name: 'generated-news',
  description: 'Generates a news recommendation set whose titles explain appeal, with drifting interests and unseen news for cold start.',
  task: 'recommendation',
  options: newsOptions,
  dependencies: {},
  create: ({ options }) => createGeneratedNewsReader(options),
});
