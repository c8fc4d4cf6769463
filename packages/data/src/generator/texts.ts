import { distinctTexts } from './distinct-texts.js';
import type { Random } from './random.js';

/** What a question's text is made from, and what its difficulty depends on. */
export interface ItemText {
  readonly skill: number;
  /** 0 to 3: how large the numbers, how rare the words. */
  readonly level: number;
  /** 1 to 3: steps of the question. */
  readonly steps: number;
  /** 0 to 2: one or two small words in what is asked. */
  readonly wording: number;
  readonly text: string;
}

/** A text and the part of it that is the question proper, without what stands before and behind. */
export interface Question extends ItemText {
  readonly problem: string;
}

export const names = ['Ana', 'Ben', 'Carla', 'Dev', 'Emma', 'Farid', 'Grace', 'Hugo', 'Ines', 'Jonas', 'Kofi', 'Lena', 'Mina', 'Noah', 'Olga', 'Pedro'];
export const objects = ['apples', 'stamps', 'marbles', 'pencils', 'coins', 'cards', 'stickers', 'shells', 'books', 'tickets', 'beads', 'cookies'];
export const places = ['market', 'garden', 'train', 'school', 'library', 'beach', 'kitchen', 'museum'];
export const numberRanges: readonly (readonly [number, number])[] = [[2, 9], [11, 99], [101, 999], [1001, 9999]];
const wordsByLevel = [
  ['big', 'happy', 'run', 'house', 'water', 'cold'],
  ['careful', 'journey', 'borrow', 'weather', 'repair', 'gentle'],
  ['reluctant', 'diminish', 'abundant', 'scarce', 'hinder', 'vivid'],
  ['obfuscate', 'perfunctory', 'ameliorate', 'laconic', 'recalcitrant', 'ephemeral'],
];
const numberQuestions = ['How many ?', 'How many at least ?', 'How many are not ?'];
const wordQuestions = ['Which one ?', 'Which one at least ?', 'Which one is not ?'];

/** What a sentence of a skill can draw from. */
interface Draws {
  readonly thing: string;
  number(): number;
  word(): string;
}

interface Skill {
  readonly name: string;
  readonly questions: readonly string[];
  readonly first: (draws: Draws) => string;
  readonly further: (draws: Draws) => string;
}

function arithmetic(name: string, first: Skill['first'], further: Skill['further']): Skill {
  return { name, questions: numberQuestions, first, further };
}

function language(name: string, opening: string): Skill {
  return { name, questions: wordQuestions, first: ({ word }) => `${opening} ${word()}`, further: ({ word }) => ` and ${word()}` };
}

/** The skills in order: a skill's number decides what makes its questions hard. */
export const skills: readonly Skill[] = [
  arithmetic('addition', ({ number, thing }) => `adds ${number()} ${thing} to ${number()}`, ({ number }) => ` and ${number()} more`),
  arithmetic('subtraction', ({ number, thing }) => `takes ${number()} ${thing} from ${number()}`, ({ number }) => ` and ${number()} more`),
  arithmetic('multiplication', ({ number, thing }) => `packs ${number()} boxes of ${number()} ${thing}`, ({ number }) => ` , ${number()} times over`),
  arithmetic('division', ({ number, thing }) => `shares ${number()} ${thing} among ${number()} friends`, ({ number }) => ` , then ${number()}`),
  arithmetic('fractions', ({ number, thing }) => `eats ${number()} / ${number()} of the ${thing}`, ({ number }) => ` , then ${number()} / ${number()}`),
  arithmetic('percentages', ({ number, thing }) => `pays ${number()} for ${thing} with ${number()} percent off`, ({ number }) => ` , then ${number()} percent`),
  language('vocabulary', 'finds a word like'),
  language('grammar', 'writes the past form with'),
];

/**
 * `perSkill` different questions for each skill, skill after skill.
 * @throws GramkitError CONFIGURATION_INVALID where the grammar has no more texts to give.
 */
export function generateTexts(random: Random, perSkill: number): Question[] {
  return distinctTexts({ kinds: skills.map(({ name }) => name), texts: 'questions', draw: (kind) => drawText(random, kind), keyOf: ({ text }) => text }, perSkill);
}

function drawText(random: Random, skill: number): Question {
  const level = random.integer(0, 3);
  const steps = random.integer(1, 3);
  const wording = random.integer(0, 2);
  const { first, further, questions } = skills[skill]!;
  const draws: Draws = {
    thing: random.pick(objects),
    number: () => random.integer(...numberRanges[level]!),
    word: () => random.pick(wordsByLevel[level]!),
  };
  const story = [first(draws), ...Array.from({ length: steps - 1 }, () => further(draws))].join('');
  const before = opening(random);
  const problem = `${random.pick(names)} ${story} . ${questions[wording]!}`;
  return { skill, level, steps, wording, problem, text: `${before}${problem}${ending(random)}` };
}

/** Numbers and places that have nothing to do with the difficulty: a frozen encoding cannot tell them from those that have. */
function opening(random: Random): string {
  const number = random.integer(...random.pick(numberRanges));
  return random.pick(['', `Page ${number} . `, `${random.pick(places)} ${number} : `]);
}

function ending(random: Random): string {
  const number = random.integer(...random.pick(numberRanges));
  return random.pick(['', ` ( ${number} points )`, ` ( see ${random.pick(places)} ${number} )`]);
}
