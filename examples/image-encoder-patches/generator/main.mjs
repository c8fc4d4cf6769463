import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomSource } from '@gramkit/tensor';
import { drawAnswers } from './answers.mjs';
import { makeCatalogue } from './catalogue.mjs';
import { drawPicture } from './draw-picture.mjs';

/** Decides every picture and every answer. */
const seed = 7;
const counts = { students: 600, answers: 30, held: 150 };

/** Writes pictures, `items.csv` and `answers.csv` into `data`, in place of what was generated before. */
const folder = fileURLToPath(new URL('../data', import.meta.url));
const beside = await mkdtemp(`${folder}-`);
try {
  await mkdir(path.join(beside, 'pictures'));
  const questions = makeCatalogue();
  for (const [row, question] of questions.entries()) await writeFile(path.join(beside, 'pictures', `${question.id}.png`), drawPicture(question, randomSource(seed, row)));
  // Paths of pictures start from the folder of the configuration, the package's own.
  await writeFile(path.join(beside, 'items.csv'), ['id,picture', ...questions.map(({ id }) => `${id},data/pictures/${id}.png`), ''].join('\n'));
  await writeFile(path.join(beside, 'answers.csv'), ['user,item,correct,heldOut,probability', ...drawAnswers(questions, counts, randomSource(seed, questions.length)), ''].join('\n'));
  await rm(folder, { recursive: true, force: true });
  await rename(beside, folder);
} finally {
  await rm(beside, { recursive: true, force: true });
}
