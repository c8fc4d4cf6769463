import { GramkitError } from '@gramkit/spec';
import { numberedLines, type NumberedLine } from './numbered-lines.js';

export const slamFormats = ['reverse_translate', 'reverse_tap', 'listen'] as const;
export type SlamFormat = (typeof slamFormats)[number];

/** One exercise of a learner. */
export interface SlamExercise {
  readonly user: string;
  /** Days since the learner began, with fractions. */
  readonly days: number;
  readonly format: SlamFormat;
  /** What was shown, in the learner's language; exercises of listening have none. */
  readonly prompt: string | undefined;
  /** Words of the reference answer, in the language that is learned. */
  readonly words: readonly string[];
  /** Whether no word was wrong. */
  readonly isCorrect: boolean;
}

/** The labels of words by their ids, of a file that has none itself. */
export interface SlamKey {
  readonly file: string;
  /** 1 for a mistake. */
  readonly labels: ReadonlyMap<string, 0 | 1>;
}

const wordHelp = 'a word takes an id of 12 characters, the word, part of speech, morphology, dependency label and head, and in training files 0 or 1';

/**
 * Reads `ID LABEL` lines.
 * @throws GramkitError DATA_MALFORMED with file and line.
 */
export async function readSlamKey(file: string): Promise<SlamKey> {
  const labels = new Map<string, 0 | 1>();
  for await (const { number: line, text } of numberedLines(file)) {
    if (text.trim() === '') continue;
    const [id, label, ...more] = text.trim().split(/\s+/);
    const value = labelOf(label);
    if (value === undefined || more.length > 0) throw new GramkitError('DATA_MALFORMED', `found '${text.trim()}', expected the id of a word and 0 or 1`, { file, line, field: 'label', fix: 'give every word one line; 1 is a mistake' });
    if (labels.has(id!)) throw new GramkitError('DATA_MALFORMED', `word '${id}' is there twice`, { file, line, field: 'id', fix: 'remove one of the lines' });
    labels.set(id!, value);
  }
  return { file, labels };
}

/**
 * The exercises of a file, in its order. An exercise is a line `# prompt:TEXT` where there is one, a line of `# user:ID days:NUMBER format:FORMAT` among other
 * pairs, and a line for each word; an empty line ends it.
 * @param key the labels, for a file whose words have none
 * @throws GramkitError DATA_MALFORMED with file and line.
 */
export async function* slamExercises(file: string, key?: SlamKey): AsyncGenerator<SlamExercise> {
  let open: OpenExercise | undefined;
  for await (const line of numberedLines(file)) {
    const text = line.text.trim();
    const begins = text.startsWith('#') && (open === undefined || open.hasWords);
    if (open !== undefined && (text === '' || begins)) {
      yield open.done();
      open = undefined;
    }
    if (text === '') continue;
    open ??= new OpenExercise(file, line.number, key);
    if (text.startsWith('#')) open.addHeader(line, text.slice(1).trim());
    else open.addWord(line, text);
  }
  if (open !== undefined) yield open.done();
}

/** An exercise as far as its lines have been read. */
class OpenExercise {
  readonly #file: string;
  readonly #firstLine: number;
  readonly #key: SlamKey | undefined;
  readonly #words: string[] = [];
  #prompt: string | undefined;
  #header: { readonly user: string; readonly days: number; readonly format: SlamFormat } | undefined;
  #id: string | undefined;
  #isCorrect = true;

  constructor(file: string, firstLine: number, key: SlamKey | undefined) {
    this.#file = file;
    this.#firstLine = firstLine;
    this.#key = key;
  }

  get hasWords(): boolean {
    return this.#words.length > 0;
  }

  addHeader({ number: line }: NumberedLine, text: string): void {
    if (text.startsWith('prompt:')) this.#prompt = text.slice('prompt:'.length).trim();
    else if (this.#header === undefined) this.#header = this.#headerOf(line, text);
    else throw this.#malformed(line, 'header', 'an exercise has two lines of user, days and format and no word between them', 'give every exercise its words');
  }

  addWord({ number: line }: NumberedLine, text: string): void {
    if (this.#header === undefined) throw this.#malformed(line, 'user', 'a word stands before the line of its exercise', "begin an exercise with '# user:ID ... days:NUMBER ... format:FORMAT'");
    const columns = text.split(/\s+/);
    const [id, word] = columns as [string, string];
    const expected = this.#key === undefined ? 7 : 6;
    if (columns.length !== expected) throw this.#malformed(line, 'word', `the line has ${columns.length} columns, expected ${expected}`, wordHelp);
    if (id.length !== 12) throw this.#malformed(line, 'id', `the id '${id}' has ${id.length} characters, expected 12`, wordHelp);
    this.#id ??= id.slice(0, 10);
    if (id.slice(0, 10) !== this.#id) throw this.#malformed(line, 'id', `the word '${id}' is of another exercise than '${this.#id}'`, 'end an exercise with an empty line');
    if (this.#label(line, id, columns[6]) === 1) this.#isCorrect = false;
    this.#words.push(word);
  }

  done(): SlamExercise {
    if (this.#header === undefined || !this.hasWords) throw this.#malformed(this.#firstLine, 'exercise', 'the exercise has no words', wordHelp);
    return { ...this.#header, prompt: this.#prompt, words: this.#words, isCorrect: this.#isCorrect };
  }

  #headerOf(line: number, text: string): { readonly user: string; readonly days: number; readonly format: SlamFormat } {
    const pairs = new Map(text.split(/\s+/).map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)]));
    const user = pairs.get('user') ?? '';
    if (user === '') throw this.#malformed(line, 'user', `found '${text}', expected user:ID among the pairs`, 'give every exercise its learner');
    const days = Number(pairs.get('days') ?? Number.NaN);
    if (!Number.isFinite(days)) throw this.#malformed(line, 'days', `days is '${pairs.get('days') ?? 'missing'}', expected a number`, 'give the days since the learner began');
    const format = slamFormats.find((known) => known === pairs.get('format'));
    if (format === undefined) throw this.#malformed(line, 'format', `the format is '${pairs.get('format') ?? 'missing'}', expected one of ${slamFormats.join(', ')}`, 'correct it');
    return { user, days, format };
  }

  #label(line: number, id: string, own: string | undefined): 0 | 1 {
    if (this.#key === undefined) {
      const label = labelOf(own);
      if (label === undefined) throw this.#malformed(line, 'label', `the label is '${own ?? 'missing'}', expected 0 or 1`, wordHelp);
      return label;
    }
    const label = this.#key.labels.get(id);
    if (label === undefined) throw this.#malformed(line, 'id', `the word '${id}' is not in ${this.#key.file}`, 'take the key that was published with the file');
    return label;
  }

  #malformed(line: number, field: string, message: string, fix: string): GramkitError {
    return new GramkitError('DATA_MALFORMED', message, { file: this.#file, line, field, fix });
  }
}

function labelOf(text: string | undefined): 0 | 1 | undefined {
  const value = text === undefined ? Number.NaN : Number(text);
  return value === 0 || value === 1 ? value : undefined;
}
