import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { definePlugin, specificationVersion, tokens, type DatasetReader, type ImpressionChunk, type InteractionChunk, type ItemContent } from '@gramkit/spec';
import { fingerprintFiles } from './fingerprint-files.js';
import { LeftOut } from './left-out.js';
import { readBehaviors, type BehaviorsFile } from './mind-behaviors.js';
import { readBodies, readNews } from './mind-news.js';
import { mindOptions, type MindOptions } from './mind-options.js';

/** Raised when the same files give another data set. */
const readerVersion = 1;

/** The files that the options name. */
interface MindFiles {
  readonly news: readonly string[];
  readonly behaviors: readonly BehaviorsFile[];
  readonly bodies: string | undefined;
}

/**
 * MIND, the Microsoft News data set (Wu et al., ACL 2020), small or large, as it is published: `news.tsv` and `behaviors.tsv`. The catalogue is the news of
 * all folders, those of training first; the fields are title, abstract, category, subcategory and, from a file of its own, body.
 */
export function createMindReader(options: MindOptions, baseDirectory: string): DatasetReader {
  const files = filesOf(options, resolve(baseDirectory, options.path));
  let newsLeftOut = new LeftOut();
  let behaviorsLeftOut = new LeftOut();
  const items = async function* (leftOut: LeftOut): AsyncGenerator<ItemContent[]> {
    yield* readNews(files.news, await readBodies(files.bodies), options, leftOut);
  };
  return {
    specificationVersion, kind: 'reader', name: 'mind', task: 'recommendation',
    fingerprint: () => fingerprintFiles(allOf(files), ['mind', readerVersion, files.behaviors.map(({ heldOut }) => heldOut), files.bodies !== undefined, options.requiredFields]),
    async *items(): AsyncGenerator<ItemContent[]> {
      newsLeftOut = new LeftOut();
      yield* items(newsLeftOut);
    },
    async *interactions(): AsyncGenerator<InteractionChunk> {},
    async *impressions(): AsyncGenerator<ImpressionChunk> {
      const catalogue = new Set<string>();
      for await (const stretch of items(new LeftOut())) stretch.forEach(({ id }) => catalogue.add(id));
      behaviorsLeftOut = new LeftOut();
      yield* readBehaviors(files.behaviors, catalogue, behaviorsLeftOut);
    },
    leftOut: () => ({ ...newsLeftOut.counts(), ...behaviorsLeftOut.counts() }),
    dispose: () => {},
  };
}

function filesOf(options: MindOptions, path: string): MindFiles {
  const folders = foldersOf(options, path);
  return {
    news: folders.map(({ folder }) => join(folder, 'news.tsv')),
    behaviors: folders.map(({ folder, heldOut }) => ({ file: join(folder, 'behaviors.tsv'), heldOut })),
    bodies: options.bodies === undefined ? undefined : resolve(path, options.bodies),
  };
}

function foldersOf({ train, test }: MindOptions, path: string): { readonly folder: string; readonly heldOut: boolean }[] {
  if (test === undefined && existsSync(join(path, 'behaviors.tsv'))) return [{ folder: path, heldOut: false }];
  const testFolder = join(path, test ?? 'validation');
  const isTested = test !== undefined || existsSync(testFolder);
  return [{ folder: join(path, train), heldOut: false }, ...(isTested ? [{ folder: testFolder, heldOut: true }] : [])];
}

function allOf({ news, behaviors, bodies }: MindFiles): string[] {
  return [...news, ...behaviors.map(({ file }) => file), ...(bodies === undefined ? [] : [bodies])];
}

export default definePlugin({
  specificationVersion,
  kind: 'reader',
  name: 'mind',
  description: 'Reads MIND, small or large, as it is published: news.tsv and behaviors.tsv, with what was shown and clicked.',
  task: 'recommendation',
  options: mindOptions,
  dependencies: { baseDirectory: tokens.baseDirectory },
  create: ({ options, baseDirectory }) => createMindReader(options, baseDirectory),
});
