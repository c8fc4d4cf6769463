import type { ItemContent } from '@gramkit/spec';

const texts = [
  'Add the fractions one half and one third.',
  'Area of a circle',
  'Which angle of a triangle is the largest, if its sides are three, four and six metres long?',
  'Powers of two',
  'The mean of five numbers is seven; four of them are known.',
  'Solve for x.',
  'A train leaves at noon and another one an hour later; when do they meet?',
  'Add the fractions one half and one third.',
];

/** A few short texts, unlike in length; the first and the last are the same. */
export const exampleItems: readonly ItemContent[] = texts.map((text, row) => ({ id: `example-${row + 1}`, fields: { text, title: text.split(' ').slice(0, 3).join(' '), abstract: text } }));
