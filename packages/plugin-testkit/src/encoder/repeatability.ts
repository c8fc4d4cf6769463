import { weightValues } from '@gramkit/tensor/testing';
import { demand } from '../check.js';
import { sameNumbers } from '../comparison/number-lists.js';
import { changedWeights } from '../surroundings/saved-weights.js';
import { alike, callFor, encodingsOf, type Encodings } from './encodings.js';
import type { EncoderTrial } from './encoder-trial.js';
import { passesUnlike } from './other-passes.js';
import { paddingDifference } from './padding.js';

/** Two encoders of the same seed are the same. */
export async function isDeterministic({ encoder, another, catalogue, rows }: EncoderTrial): Promise<void> {
  const twin = await another();
  for (const { name, variable, trainable } of encoder.weights) {
    const other = twin.weights.find((weight) => weight.name === name);
    demand(other !== undefined && other.trainable === trainable && sameNumbers(other.variable.dataSync(), variable.dataSync()), `the weight '${name}' is another one when the encoder is made again with the same seed`,
      'draw initial values from `seed` (`tokens.seed`) alone, as `WeightSet` of @gramkit/tensor does; never by Math.random, or by tf.randomNormal without a seed.');
  }
  const [one, two] = [encoder, twin].map((each) => encodingsOf(each, catalogue, rows, { training: false })) as [Encodings, Encodings];
  demand(rows.every((row) => sameNumbers(two[row]!, one[row]!)), 'two encoders of the same seed encode the same items differently', 'let encodings depend on weights, input and pass alone.');
}

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

/** Seed and mask row decide the masks, and nothing else does. */
export function givesTheSameMasks(trial: EncoderTrial): void {
  const { encoder, catalogue, rows } = trial;
  const withoutMasks = passesUnlike(trial, { training: false });
  const unlike = passesUnlike(trial, { training: true }).filter((how) => !withoutMasks.includes(how));
  demand(unlike.length === 0, `in training, with the same seed, items have other encodings when they are encoded ${unlike[0]}`,
    'draw dropout masks from `pass.seed` and `pass.maskRows` alone, by `dropout` of @gramkit/tensor: not by Math.random or tf.dropout, not by the place in the mini-batch, not by its size.');
  if (withoutMasks.length === 0) checkMasksAtPadding(trial);
  const bySeed = seeds.map((seed) => encodingsOf(encoder, catalogue, rows, { training: true, seed }));
  const drawn = bySeed.some((encodings) => !alike(encodings, bySeed[0]!));
  if (drawn) demandMaskRows(bySeed, rows.length - 1);
  if (withoutMasks.length === 0) demandDeclaredMasks(trial, bySeed[0]!, drawn);
}

/** Where padding matters to no encoding, it may not matter to masks either. */
function checkMasksAtPadding(trial: EncoderTrial): void {
  if (paddingDifference(trial, { training: false }) !== undefined) return;
  demand(paddingDifference(trial, { training: true }) === undefined, 'in training an item has other masks when it is padded further', 'give `dropout` strides that do not depend on the length that a mini-batch is padded to: [width, 1] for [length, width].');
}

/** The first item and its copy have mask rows of their own. */
function demandMaskRows(bySeed: readonly Encodings[], copy: number): void {
  demand(bySeed.some((encodings) => !alike([encodings[copy]!], [encodings[0]!])), 'two items in different rows of the catalogue have the same masks', 'let masks depend on `pass.maskRows`: one mask for all items is less noise than was asked for.');
}

function demandDeclaredMasks({ encoder, catalogue, rows }: EncoderTrial, inTraining: Encodings, drawn: boolean): void {
  const changed = !alike(inTraining, encodingsOf(encoder, catalogue, rows, { training: false }));
  demand(!changed || drawn, 'encodings in training differ from those in evaluation, and do so alike under every seed', 'let masks depend on `pass.seed`: every step has another one.');
  demand(!(changed || drawn) || encoder.drawsMasks !== false, '`drawsMasks` is false, and encodings in training differ from those in evaluation', 'make `drawsMasks` true where any dropout is on: encodings made in training are used again where it is false.');
}

/** A pass changes nothing, and depends on nothing that came before it. */
export function isPure(trial: EncoderTrial): void {
  const { encoder, catalogue, rows } = trial;
  const before = weightValues(encoder.weights);
  const unlike = passesUnlike(trial, { training: false });
  demand(unlike.length === 0, `without dropout, items have other encodings when they are encoded ${unlike[0]}`, 'keep nothing between passes (no counters, caches or running means), and let no item see another one of its mini-batch (no batch normalisation).');
  for (const training of [true, false]) {
    const [input, pass] = callFor(encoder, catalogue, rows, { training });
    const values = Object.values(input).map((tensor) => tensor.dataSync().slice());
    encoder.encode(input, pass);
    demand(Object.values(input).every((tensor, place) => !tensor.isDisposed && sameNumbers(tensor.dataSync(), values[place]!)), '`encode` disposes or changes its input', 'leave the input to the caller.');
  }
  const changed = changedWeights(encoder.weights, before);
  demand(changed.length === 0, `a pass changes ${changed.join(', ')}`, 'assign no variable in `encode`: optimizers alone change weights.');
}
