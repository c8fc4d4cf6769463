import { uploadBatch } from '@gramkit/tensor';
import { demand } from '../check.js';
import { sameNumbers } from '../comparison/number-lists.js';
import { countedScores, passOf, trainingValues, valuesOf, type ModelTrial } from './model-trial.js';

/** Two models of the same seed. */
export async function isDeterministic({ model, another, encodings, examples }: ModelTrial): Promise<void> {
  const other = await another();
  for (const { name, variable } of model.weights) {
    const twin = other.weights.find((weight) => weight.name === name);
    demand(twin !== undefined && sameNumbers(twin.variable.dataSync(), variable.dataSync()), `the weight '${name}' starts with other values when the model is made again with the same seed`, 'draw initial values from `seed` (`tokens.seed`) alone, for instance by `randomSource(componentSeed(seed, name))` of @gramkit/tensor; never by Math.random or tf.randomNormal without a seed.');
  }
  const [one, two] = [model, other].map((each) => valuesOf(each, encodings, examples.whole).scores);
  demand(sameNumbers(two!, one!), 'two models of the same seed score the same batch differently', 'let scores depend on weights, encodings and the batch alone.');
}

/** The seed of a pass decides the masks, and nothing else does. */
export function givesTheSameMasks({ model, encodings, examples }: ModelTrial): void {
  const batch = uploadBatch(examples.whole);
  for (const seed of [1, 2]) {
    const [first, second] = [1, 2].map(() => trainingValues(model, encodings, batch, seed));
    demand(sameNumbers(second!, first!), 'a second pass in training with the same seed gives other scores', 'draw dropout masks from `pass.seed` alone (`dropout` of @gramkit/tensor), not from Math.random, tf.dropout or a counter: strategies repeat passes.');
  }
  const predictions = model.score(encodings, batch);
  const plain = countedScores({ ...predictions, scores: model.loss(encodings, batch, passOf(false)).scores });
  demand(sameNumbers(plain, countedScores(predictions)), 'scores of a loss with `training: false` are not those of `score`', 'drop nothing where `pass.training` is false, and nothing in `score`.');
}
