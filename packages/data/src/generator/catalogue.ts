import type { ItemContent } from '@gramkit/spec';
import { drawUnseen } from './draw-unseen.js';
import type { GeneratorOptions } from './options.js';
import { lengthenTexts } from './long-texts.js';
import { createRandom } from './random.js';
import { generateTexts, skills, type ItemText } from './texts.js';

/** A question and the parameters of its two-parameter logistic model. */
export interface GeneratedItem extends ItemText {
  /** b */
  readonly difficulty: number;
  /** a */
  readonly discrimination: number;
  /** Only test students answer it. */
  readonly unseen: boolean;
}

/**
 * The part of a difficulty that the text explains: what counts (level, steps, wording) differs from skill to skill, so that
 * a sentence encoding that was never trained on the answers explains little of it.
 */
export function explainedDifficulty(item: ItemText, options: GeneratorOptions): number {
  const odd = item.skill % 2;
  const oddPair = Math.floor(item.skill / 2) % 2;
  return options.levelEffect[odd]! * (item.level - 1.5) + options.stepsEffect[odd]! * (item.steps - 2) + options.wordingEffect[oddPair]! * (item.wording - 1);
}

/** The questions of a generated set, skill after skill. */
export function generateCatalogue(options: GeneratorOptions): GeneratedItem[] {
  const random = createRandom(options.seed);
  const texts = generateTexts(random, options.items / skills.length);
  const skillDifficulty = skills.map(() => random.normal(0, options.skillDeviation));
  const parameters = texts.map((item) => ({
    difficulty: explainedDifficulty(item, options) + skillDifficulty[item.skill]! + random.normal(0, options.itemDeviation),
    discrimination: Math.exp(random.normal(0.3, 0.15)),
  }));
  const unseen = drawUnseen(random, texts.map(({ skill }) => skill), options.unseenFraction);
  const lengthened = options.tokens === undefined ? texts : lengthenTexts(texts, options.tokens, options.seed);
  return lengthened.map(({ skill, level, steps, wording, text }, row) => ({ skill, level, steps, wording, text, ...parameters[row]!, unseen: unseen.has(row) }));
}

/** A question as the store keeps it: `text` is what an encoder reads, the other fields are for analysis. */
export function generatedContent(item: GeneratedItem, row: number): ItemContent {
  return {
    id: `q${row}`,
    fields: {
      text: item.text,
      skill: skills[item.skill]!.name,
      level: String(item.level),
      steps: String(item.steps),
      wording: String(item.wording),
      difficulty: String(item.difficulty),
      discrimination: String(item.discrimination),
      unseen: item.unseen ? '1' : '0',
    },
  };
}
