/** Deviation of a student's ability. */
const abilityDeviation = 0.6;

/**
 * The lines of the answers: user, item, response, whether the student is held out for testing, and the true probability of a right answer.
 * A student answers different questions; those that are `unseen` come before test students only.
 * @param {ReturnType<typeof import('./catalogue.mjs').makeCatalogue>} questions
 * @param {{ students: number, answers: number, held: number }} counts students, answers of each, and how many of them are held out
 * @param {import('@gramkit/tensor').RandomSource} source
 */
export function drawAnswers(questions, { students, answers, held }, source) {
  const lines = [];
  for (let student = 0; student < students; student++) {
    const heldOut = student < held;
    const ability = abilityDeviation * source.normal();
    for (const { id, difficulty } of draw(questions.filter(({ unseen }) => heldOut || !unseen), answers, source)) {
      const probability = 1 / (1 + Math.exp(difficulty - ability));
      lines.push([`student-${student + 1}`, id, source.uniform() < probability ? 1 : 0, heldOut ? 1 : 0, probability.toFixed(6)].join(','));
    }
  }
  return lines;
}

/** So many of a list, each at most once, in an order of their own. */
function draw(list, count, source) {
  const rest = [...list];
  return Array.from({ length: count }, () => rest.splice(Math.floor(source.uniform() * rest.length), 1)[0]);
}
