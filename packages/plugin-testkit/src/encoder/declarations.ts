import type { Weight } from '@gramkit/spec';
import { demand } from '../check.js';
import { demandDeclared } from '../common/declared.js';
import type { EncoderPlugin, EncoderTrial } from './encoder-trial.js';

/** What strategies and the container read of an encoder beside `encode`. */
export function declaresWhatTheContainerNeeds(plugin: EncoderPlugin, { encoder, preprocessor, catalogue, longest }: EncoderTrial): void {
  demandDeclared(plugin, encoder);
  const { dimension, vocabularySize, maximumLength, inputLayout, drawsMasks, weights } = encoder;
  demand(isCount(dimension), `\`dimension\` is ${dimension}`, 'make it the length of an item encoding, a whole number above 0: sequence models are built for it.');
  demand(inputLayout === undefined || ['padded', 'packed'].includes(inputLayout), `\`inputLayout\` is '${inputLayout}'`, "leave it out or say 'padded' or 'packed'.");
  demand(drawsMasks === undefined || typeof drawsMasks === 'boolean', `\`drawsMasks\` is ${String(drawsMasks)}`, 'leave it out, or make it false exactly where no dropout is on.');
  demand(vocabularySize === undefined || isCount(vocabularySize), `\`vocabularySize\` is ${vocabularySize}`, 'make it the number of rows of the token table, or leave it out where no token ids are read.');
  demand(vocabularySize === undefined || preprocessor.vocabularySize <= vocabularySize, `the ${preprocessor.name} has ${preprocessor.vocabularySize} tokens, and the encoder has vectors for ${vocabularySize}`, "make the table as large as the tokenizer's `vocabularySize` (`tokens.tokenizer` is a dependency), or give the subject the `tokenizer` that the encoder was trained with.");
  demand(maximumLength === undefined || isCount(maximumLength), `\`maximumLength\` is ${maximumLength}`, 'make it the most tokens of an item, or leave it out where any length will do.');
  demand(catalogue.lengthOf(longest) <= (maximumLength ?? Infinity), `an item has ${catalogue.lengthOf(longest)} tokens, and the encoder takes ${maximumLength}`, "lower `maxLength` of the subject's tokenizer, or raise `maximumLength`.");
  weights.forEach(demandWeight);
  const names = weights.map(({ name }) => name);
  demand(new Set(names).size === names.length, `two weights have the same name: ${names.join(', ')}`, 'name every weight once: checkpoints find weights by their names.');
}

function demandWeight({ name, variable, trainable }: Weight): void {
  demand(typeof name === 'string' && name !== '' && !name.includes('#'), `a weight is called '${name}'`, "name it by what it is, as 'projection.bias', without '#'.");
  demand(typeof variable?.assign === 'function' && variable.dtype === 'float32', `the weight '${name}' is no variable of float32`, 'make it with tf.variable, as `WeightSet` of @gramkit/tensor does.');
  demand(typeof trainable === 'boolean', `the weight '${name}' does not say whether it is trainable`, 'set `trainable` to true, or to false for a frozen one.');
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}
