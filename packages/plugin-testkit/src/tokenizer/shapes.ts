import type { HostTensor, HostTensors } from '@gramkit/spec';
import { demand } from '../check.js';
import { tokenRows, type PreparationTrial } from './preparation-trial.js';

/** Names, types and shapes of what `collate` gives, for rows in any order and number. */
export function givesItsShapes({ preprocessor, items, prepared }: PreparationTrial): void {
  demand(prepared.count === items.length, `\`count\` is ${prepared.count} for ${items.length} items`, 'prepare every item, in the order given: row r belongs to item r.');
  const all = items.map((_, row) => row);
  for (const rows of [all, [0], [1, 0, 1, 1], all.toReversed()]) checkTensors(prepared.collate(rows), rows.length, preprocessor.vocabularySize, `collate of the rows ${rows.join(', ')}`);
  const typed = prepared.collate(Int32Array.from(all));
  demand(JSON.stringify(typed) === JSON.stringify(prepared.collate(all)), 'collate gives other rows for an Int32Array than for a plain list of the same rows', 'take any ArrayLike of rows.');
}

function checkTensors(tensors: HostTensors, rows: number, vocabularySize: number, what: string): void {
  demand(Object.keys(tensors).length > 0, `${what} gives no tensors`, 'give the input of the encoder by names, as `tokenIds` and `lengths`.');
  for (const [name, tensor] of Object.entries(tensors)) checkTensor(name, tensor, rows, what);
  const { tokenIds, lengths } = tensors;
  if (tokenIds === undefined) return;
  demand(tokenIds.dtype === 'int32' && tokenIds.shape.length === 2 && lengths?.dtype === 'int32' && lengths.shape.length === 1, `${what} gives \`tokenIds\` ${formOf(tokenIds)} and \`lengths\` ${lengths === undefined ? 'not at all' : formOf(lengths)}`, 'give `tokenIds` int32 [rows, length] and `lengths` int32 [rows].');
  const longest = lengths.data.reduce((most: number, length) => Math.max(most, length), 0);
  demand(longest === tokenIds.shape[1], `${what} gives \`tokenIds\` of ${tokenIds.shape[1]} columns for a longest text of ${longest} tokens`, 'pad to the longest of the rows asked for, no further.');
  checkIds(tokenIds.data, vocabularySize, what);
}

function checkTensor(name: string, tensor: HostTensor, rows: number, what: string): void {
  const { dtype, shape, data } = tensor;
  const size = shape.reduce((product, length) => product * length, 1);
  demand(shape[0] === rows, `${what} gives \`${name}\` ${formOf(tensor)} for ${rows} rows`, 'give tensors [rows, …], one entry for every row asked for, repeated ones too.');
  demand(data instanceof (dtype === 'int32' ? Int32Array : Float32Array) && data.length === size, `${what} gives \`${name}\` ${formOf(tensor)} with ${data.length} values in a ${data.constructor.name}`, 'give an Int32Array for int32 and a Float32Array for float32, as long as the shape says.');
  demand((data as Float32Array).every(Number.isFinite), `${what} gives \`${name}\` with values that are not finite`, 'give finite numbers.');
}

/** Ids of the vocabulary. */
export function checkIds(ids: ArrayLike<number>, vocabularySize: number, what: string): void {
  const beyond = Array.from(ids).find((id) => id < 0 || id >= vocabularySize);
  demand(beyond === undefined, `${what} gives the token id ${beyond}, and \`vocabularySize\` is ${vocabularySize}`, 'give ids from 0 to vocabularySize - 1, the padding id among them: an encoder has a row for each.');
}

/** `lengthOf` says how many tokens a row has, before and apart from `collate`. */
export function countsItsTokens({ items, prepared }: PreparationTrial): void {
  for (const [row, { id }] of items.entries()) {
    const length = prepared.lengthOf(row);
    demand(Number.isFinite(length) && length > 0, `\`lengthOf\` of item '${id}' is ${length}`, 'give the tokens of the row, 1 at least: mini-batches are filled up to a number of them.');
    const [tokens] = tokenRows(prepared.collate([row])) ?? [];
    demand(tokens === undefined || tokens.length === length, `\`lengthOf\` of item '${id}' is ${length}, and \`collate\` gives it ${tokens?.length} tokens`, 'count special tokens, and count after cutting: chunks are laid by `lengthOf`.');
  }
}

function formOf({ dtype, shape }: HostTensor): string {
  return `${dtype} [${shape.join(', ')}]`;
}
