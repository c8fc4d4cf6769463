import { createHash } from 'node:crypto';
import { definePlugin, specificationVersion, type DatasetReader, type InteractionChunk, type ItemContent } from '@gramkit/spec';
import { generateCatalogue, generatedContent } from '../generator/catalogue.js';
import { defaultUsers, generatorOptions, type GeneratorOptions } from '../generator/options.js';
import { sharesAnswers } from '../generator/population.js';
import { createStudents, type StudentHistory } from '../generator/students.js';
import { userId } from './user-id.js';

/** Interactions in a chunk. */
const chunkInteractions = 2048;

/** Raised when the same options give another set. */
const generatorVersion = 1;
/** The same of sets whose answers are shared out among students. */
const sharingVersion = 2;

/** The options in the order of their schema, what they leave open filled in. */
function identityOf(options: GeneratorOptions): string {
  const { seed, users = defaultUsers, ...rest } = options;
  return JSON.stringify([sharesAnswers(options) ? sharingVersion : generatorVersion, { seed, users, ...rest }]);
}

/** A knowledge-tracing set whose text explains difficulty in a way that frozen sentence encodings do not capture. */
export function createGeneratedReader(options: GeneratorOptions): DatasetReader {
  const catalogue = generateCatalogue(options);
  return {
    specificationVersion, kind: 'reader', name: 'generated', task: 'knowledge-tracing',
    fingerprint: () => Promise.resolve(createHash('sha256').update(identityOf(options)).digest('hex')),
    async *items(): AsyncGenerator<ItemContent[]> {
      yield catalogue.map(generatedContent);
    },
    async *interactions(): AsyncGenerator<InteractionChunk> {
      const students = createStudents(options, catalogue);
      const itemIds = catalogue.map((item, row) => generatedContent(item, row).id);
      const buffer = new ChunkBuffer(Math.min(chunkInteractions, students.interactions), itemIds);
      for (let student = 0; student < students.users; student++) {
        yield* buffer.add(userId('s', student), students.draw(student));
      }
      if (buffer.filled > 0) yield buffer.take();
    },
    dispose: () => {},
  };
}

/** Collects students' answers into a chunk, in arrays that serve again for the next. */
class ChunkBuffer {
  readonly #catalogueIds: readonly string[];
  readonly #userIds: string[];
  readonly #itemIds: string[];
  readonly #responses: Uint8Array;
  readonly #heldOut: Uint8Array;
  readonly #probabilities: Float32Array;
  #filled = 0;

  constructor(size: number, catalogueIds: readonly string[]) {
    this.#catalogueIds = catalogueIds;
    this.#userIds = new Array<string>(size).fill('');
    this.#itemIds = new Array<string>(size).fill('');
    this.#responses = new Uint8Array(size);
    this.#heldOut = new Uint8Array(size);
    this.#probabilities = new Float32Array(size);
  }

  get filled(): number {
    return this.#filled;
  }

  /** Adds a student, and gives a chunk whenever one is full. */
  *add(user: string, history: StudentHistory): Generator<InteractionChunk> {
    for (let position = 0; position < history.count; position++) {
      const row = this.#filled++;
      this.#userIds[row] = user;
      this.#itemIds[row] = this.#catalogueIds[history.items[position]!]!;
      this.#responses[row] = history.responses[position]!;
      this.#heldOut[row] = history.heldOut ? 1 : 0;
      this.#probabilities[row] = history.probabilities[position]!;
      if (this.#filled === this.#userIds.length) yield this.take();
    }
  }

  take(): InteractionChunk {
    const count = this.#filled;
    this.#filled = 0;
    const whole = count === this.#userIds.length;
    return {
      userIds: whole ? this.#userIds : this.#userIds.slice(0, count),
      itemIds: whole ? this.#itemIds : this.#itemIds.slice(0, count),
      responses: this.#responses.subarray(0, count),
      heldOut: this.#heldOut.subarray(0, count),
      probabilities: this.#probabilities.subarray(0, count),
    };
  }
}

export default definePlugin({
  specificationVersion,
  kind: 'reader',
  name: 'generated',
  description: 'Generates a knowledge-tracing set whose item text explains difficulty, with unseen items for cold start.',
  task: 'knowledge-tracing',
  options: generatorOptions,
  dependencies: {},
  create: ({ options }) => createGeneratedReader(options),
});
