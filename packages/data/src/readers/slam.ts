import { resolve } from 'node:path';
import { definePlugin, GramkitError, specificationVersion, tokens, type DatasetReader, type InteractionChunk, type ItemContent } from '@gramkit/spec';
import { z } from 'zod';
import { fingerprintFiles } from './fingerprint-files.js';
import { LeftOut } from './left-out.js';
import { readSlamKey, slamExercises, slamFormats, type SlamExercise } from './slam-exercises.js';

const parts = ['train', 'dev', 'test'] as const;

export const slamOptions = z.strictObject({
  path: z.string().min(1).describe('The folder with the files of the track; a relative path starts from the folder of the configuration.'),
  track: z.enum(['en_es', 'es_en', 'fr_en']).describe('Language that is learned and language that is known: English by speakers of Spanish, Spanish or French by speakers of English.'),
  version: z.string().min(1).default('20190204').describe('The date in the names of the files, TRACK.slam.VERSION.PART.'),
  parts: z.array(z.enum(parts)).min(1).default([...parts]).describe("Parts that are read: the first 80% of every learner's exercises, the next 10% and the last 10%. dev and test take their labels from the file of that name and '.key'."),
  formats: z.array(z.enum(slamFormats)).min(1).default([...slamFormats]).describe('Formats of exercises that are read; others are left out and counted.'),
  item: z.enum(['sentence', 'prompt']).default('sentence').describe('What an item is: the sentence of the reference answer, or what was shown in the known language. Exercises without a prompt, those of listening among them, are left out and counted with prompt.'),
});

export type SlamOptions = z.output<typeof slamOptions>;

/**
 * The Duolingo SLAM corpus of 2018 (Settles et al., 2018), one track. An item is a sentence, an interaction an exercise, correct where none of its
 * words is labelled a mistake. The time of an interaction is its learner's days on the course.
 */
export function createSlamReader(options: SlamOptions, baseDirectory: string): DatasetReader {
  const files = options.parts.map((part) => ({ part, file: resolve(baseDirectory, options.path, `${options.track}.slam.${options.version}.${part}`) }));
  const keyOf = (file: string): string => `${file}.key`;
  const withLabels = (part: string): boolean => part === 'train';
  let leftOut = new LeftOut();
  async function* exercises(): AsyncGenerator<SlamExercise> {
    for (const { part, file } of files) {
      let found = 0;
      for await (const exercise of slamExercises(file, withLabels(part) ? undefined : await readSlamKey(keyOf(file)))) {
        found++;
        yield exercise;
      }
      if (found === 0) throw new GramkitError('DATA_EMPTY', 'there are no exercises', { file, fix: 'give a file of the SLAM corpus' });
    }
  }
  return {
    specificationVersion, kind: 'reader', name: 'slam', task: 'knowledge-tracing',
    fingerprint: () => fingerprintFiles(files.flatMap(({ part, file }) => (withLabels(part) ? [file] : [file, keyOf(file)])), ['slam 1', options.formats, options.item]),
    items: () => itemsOf(exercises(), options),
    async *interactions(): AsyncGenerator<InteractionChunk> {
      leftOut = new LeftOut();
      yield* interactionsOf(exercises(), options, leftOut);
    },
    leftOut: () => leftOut.counts(),
    dispose: () => {},
  };
}

/** The items by first appearance: the text, and beside a sentence the first prompt it was asked for with. */
async function* itemsOf(exercises: AsyncIterable<SlamExercise>, options: SlamOptions): AsyncGenerator<ItemContent[]> {
  const items = new Map<string, ItemContent>();
  for await (const exercise of exercises) {
    const id = itemOf(exercise, options);
    if (typeof id !== 'string') continue;
    const known = items.get(id);
    if (known === undefined || (known.fields['prompt'] === '' && exercise.prompt !== undefined)) items.set(id, { id, fields: { text: id, ...(options.item === 'sentence' ? { prompt: exercise.prompt ?? '' } : {}) } });
  }
  yield [...items.values()];
}

/** Why an exercise is none of the interactions. */
interface Reason {
  readonly reason: string;
}

function itemOf({ format, prompt, words }: SlamExercise, options: SlamOptions): string | Reason {
  if (!options.formats.includes(format)) return { reason: 'exercises of other formats' };
  if (options.item === 'sentence') return words.join(' ');
  return prompt === undefined || prompt === '' ? { reason: 'exercises without a prompt' } : prompt;
}

/** One chunk a learner and file, in the order of the days. */
async function* interactionsOf(exercises: AsyncIterable<SlamExercise>, options: SlamOptions, leftOut: LeftOut): AsyncGenerator<InteractionChunk> {
  let user: string | undefined;
  let own: { readonly item: string; readonly exercise: SlamExercise }[] = [];
  for await (const exercise of exercises) {
    if (exercise.user !== user && own.length > 0) {
      yield chunkOf(own);
      own = [];
    }
    user = exercise.user;
    const item = itemOf(exercise, options);
    if (typeof item === 'string') own.push({ item, exercise });
    else leftOut.add(item.reason);
  }
  if (own.length > 0) yield chunkOf(own);
}

function chunkOf(exercises: readonly { readonly item: string; readonly exercise: SlamExercise }[]): InteractionChunk {
  const ordered = exercises.toSorted((a, b) => a.exercise.days - b.exercise.days);
  return {
    userIds: ordered.map(({ exercise }) => exercise.user),
    itemIds: ordered.map(({ item }) => item),
    responses: Uint8Array.from(ordered, ({ exercise }) => (exercise.isCorrect ? 1 : 0)),
    times: Float64Array.from(ordered, ({ exercise }) => exercise.days),
  };
}

export default definePlugin({
  specificationVersion,
  kind: 'reader',
  name: 'slam',
  description: 'Reads a track of the Duolingo SLAM corpus of 2018: sentences as items, exercises as interactions.',
  task: 'knowledge-tracing',
  options: slamOptions,
  dependencies: { baseDirectory: tokens.baseDirectory },
  create: ({ options, baseDirectory }) => createSlamReader(options, baseDirectory),
});
