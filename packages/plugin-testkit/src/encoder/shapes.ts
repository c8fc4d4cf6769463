import { isGramkitError, type ItemContent, type PreparedItems } from '@gramkit/spec';
import type { Tensor } from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { alike, callFor, encodingsOf } from './encodings.js';
import type { EncoderTrial } from './encoder-trial.js';
import { unusualItems } from '../tokenizer/unusual-items.js';

/** `[items, dimension]` of finite numbers, whatever items and however many. */
export function givesItsShapes(trial: EncoderTrial): void {
  const { encoder, catalogue, rows, items } = trial;
  checkForm(trial, catalogue, rows, 'several items');
  checkForm(trial, catalogue, [0], 'one item alone');
  checkForm(trial, catalogue, [1, 0, 1, 1], 'an item that stands there more than once');
  const [, one, two, three] = encodingsOf(encoder, catalogue, [0, 1, 1, 1], { training: false });
  demand(alike([two!, three!], [one!, one!]), `an item that stands in a mini-batch three times has other encodings each time ('${items[1]!.id}')`, 'encode every item by itself: nothing may depend on its place in the mini-batch.');
  for (const { what, item } of unusualItems(trial.preprocessor, items)) {
    const prepared = preparedOrRefused(trial, [item, items[0]!]);
    if (prepared === undefined) continue;
    checkForm(trial, prepared, [0], what);
    checkForm(trial, prepared, [0, 1], `${what} beside another item`);
  }
}

/** An encoder's own preprocessor may refuse what is no content of its kind, such as a picture without a pixel. */
function preparedOrRefused({ encoder, preprocessor }: EncoderTrial, items: readonly ItemContent[]): PreparedItems | undefined {
  try {
    const prepared = preprocessor.prepare(items);
    prepared.collate([0]);
    return prepared;
  } catch (error) {
    if (encoder.preprocessor !== undefined && isGramkitError(error)) return undefined;
    throw error;
  }
}

function checkForm({ encoder }: EncoderTrial, catalogue: PreparedItems, rows: readonly number[], what: string): void {
  for (const training of [true, false]) {
    const found: Tensor = encoder.encode(...callFor(encoder, catalogue, rows, { training }));
    const expected = [rows.length, encoder.dimension];
    demand(found.shape.join() === expected.join() && found.dtype === 'float32', `\`encode\` of ${what} gives ${found.dtype} [${found.shape.join(', ')}]`, `give float32 [${expected.join(', ')}], one row an item: \`dimension\` is ${encoder.dimension}; squeeze no axes of size 1 away.`);
    demand(found.dataSync().every(Number.isFinite), `\`encode\` of ${what} gives numbers that are not finite`, 'look for a division by the length of an empty text, a softmax over nothing but padding, or the logarithm of zero.');
  }
}
