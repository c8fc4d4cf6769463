import { GramkitError } from '@gramkit/spec';
import { hash32 } from '../split/hash.js';
import { createRandom, type Random } from './random.js';
import { names, numberRanges, objects, places, type Question } from './texts.js';
import { wordPieces } from './word-pieces.js';

/** Stream of the seeds of what is told around a question. */
const storyStream = 0x53544f52;

const adjectives = ['quiet', 'busy', 'bright', 'cold', 'warm', 'old', 'new', 'small', 'large', 'empty'];
const colours = ['red', 'blue', 'green', 'white', 'black', 'yellow'];
const times = ['morning', 'afternoon', 'evening', 'summer', 'winter', 'week', 'day'];
const people = ['friend', 'teacher', 'brother', 'sister', 'mother', 'father', 'neighbor'];

/** What is told around a question and has nothing to do with its difficulty. */
const tellings: readonly ((random: Random) => string)[] = [
  (random) => `the ${random.pick(places)} was ${random.pick(adjectives)} that ${random.pick(times)} .`,
  (random) => `${random.pick(names)} had come with a ${random.pick(people)} to look at the ${random.pick(objects)} .`,
  (random) => `beside the ${random.pick(objects)} stood a ${random.pick(colours)} box with ${random.pick(objects)} in it .`,
  (random) => `nobody wanted the other ${distraction(random)} ${random.pick(objects)} .`,
  (random) => `a ${random.pick(people)} said that the ${random.pick(places)} would close early that ${random.pick(times)} .`,
  (random) => `people spoke about the ${random.pick(adjectives)} ${random.pick(times)} and about the ${random.pick(places)} .`,
  (random) => `the ${random.pick(colours)} door of the ${random.pick(places)} had the number ${distraction(random)} on it .`,
  (random) => `it took ${random.pick(names)} a long time to find the ${random.pick(adjectives)} ${random.pick(places)} .`,
  (random) => `then the ${random.pick(people)} went home , and the ${random.pick(objects)} stayed where they were .`,
];

/** Of as many sentences, one tells the question again, so that a long text says as much of it as a short one. */
const sentencesPerRepetition = 4;

function distraction(random: Random): number {
  return random.integer(...random.pick(numberRanges.slice(0, 3)));
}

/**
 * Tells a story around each question, so that texts have `mean` WordPiece tokens in the mean. What is added to a text has a length of its
 * own, from a fifth to nine fifths of the mean addition. Nothing else about the questions changes.
 * @throws GramkitError CONFIGURATION_INVALID where the questions alone are longer.
 */
export function lengthenTexts(questions: readonly Question[], mean: number, seed: number): Question[] {
  const alone = questions.reduce((sum, { text }) => sum + wordPieces(text), 0) / questions.length;
  if (mean < alone) {
    throw new GramkitError('CONFIGURATION_INVALID', `the questions alone have ${alone.toFixed(1)} tokens in the mean, more than ${mean}`, {
      field: 'tokens', fix: `ask for at least ${Math.ceil(alone)} tokens, or leave them out`,
    });
  }
  return questions.map((question, row) => {
    const random = createRandom(hash32(seed, storyStream, row) | 0);
    return lengthen(question, random, (mean - alone) * (0.2 + 1.6 * random.uniform()));
  });
}

/** Adds sentences up to about `wanted` tokens; some stand before the question, the others behind. */
function lengthen(question: Question, random: Random, wanted: number): Question {
  const sentences: string[] = [];
  let added = 0;
  for (;;) {
    const sentence = nextSentence(question, random);
    const length = wordPieces(sentence);
    // By chance, so that what sentences are too long or too short by cancels out.
    if (added + length * random.uniform() > wanted) break;
    sentences.push(sentence);
    added += length;
  }
  const before = random.integer(0, sentences.length);
  return { ...question, text: [...sentences.slice(0, before), question.text, ...sentences.slice(before)].join(' ') };
}

function nextSentence({ problem }: Question, random: Random): string {
  return random.integer(1, sentencesPerRepetition) === 1 ? `${random.pick(names)} reads it again : ${problem}` : random.pick(tellings)(random);
}
