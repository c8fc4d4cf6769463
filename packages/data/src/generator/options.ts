import { z } from 'zod';
import { skills } from './texts.js';

const coefficientPair = (first: number, second: number) => z.tuple([z.number(), z.number()]).default([first, second]);

/** Students of a set whose size is left open. */
export const defaultUsers = 1600;

/** Sizes and coefficients of the generated knowledge-tracing set. The defaults are those of docs/gram.md (ceiling .891). */
export const generatorOptions = z.strictObject({
  seed: z.int().nonnegative().max(0xffffffff).default(0).describe('Decides texts, difficulties, students and answers.'),
  users: z.int().positive().optional().describe(`Students; ${defaultUsers} where neither users nor interactions are given.`),
  items: z.int().positive().multipleOf(skills.length).default(400)
    .describe(`Questions; a multiple of ${skills.length}, the number of skills.`),
  interactionsPerUser: z.int().positive().default(40)
    .describe('Answers of each student; questions are drawn without replacement while the pool lasts, with replacement where it does not.'),
  interactions: z.int().positive().optional()
    .describe('Answers in all: with users, shared among them; without, by as many students as it takes, of whom the last may have fewer.'),
  historyDeviation: z.number().nonnegative().max(3).optional()
    .describe("Deviation of the logarithm of how much a student answers; the mean stays. 1 to 1.5 has real data's long tail. Left out: all answer alike."),
  popularityExponent: z.number().nonnegative().max(2).optional()
    .describe('The question of rank r is drawn in proportion to r^-exponent, again and again. Left out: all are as likely.'),
  tokens: z.int().positive().optional()
    .describe('Mean length of the texts in WordPiece tokens of BERT, special tokens left out: longer word problems. Left out: about 23.'),
  unseenFraction: z.number().min(0).lt(1).default(0.2).describe('Share of the questions of each skill that only test students answer.'),
  testFraction: z.number().min(0).lt(1).default(0.25).describe('Share of the students that are held out: the first ones.'),
  levelEffect: coefficientPair(1.3, 0.2)
    .describe('Difficulty per level of the numbers or words (0 to 3), in skills of even and of odd number.'),
  stepsEffect: coefficientPair(0.2, 1.2).describe('Difficulty per step beyond or short of two, in skills of even and of odd number.'),
  wordingEffect: coefficientPair(1.2, -0.6).describe('Difficulty of the wording (0 to 2), in alternate pairs of skills.'),
  skillDeviation: z.number().nonnegative().default(0.3).describe("Deviation of a skill's own difficulty."),
  itemDeviation: z.number().nonnegative().default(0.15).describe('Deviation of a difficulty that no text explains.'),
  abilityDeviation: z.number().nonnegative().default(0.5).describe("Deviation of a student's ability."),
  skillAbilityDeviation: z.number().nonnegative().default(0.4).describe("Deviation of a student's ability in one skill."),
  learningGain: z.number().default(0.6).describe('Ability gained in a skill by practice in the end.'),
  learningConstant: z.number().positive().default(5).describe('Answers in a skill after which 63% of it are gained.'),
});

export type GeneratorOptions = z.output<typeof generatorOptions>;
