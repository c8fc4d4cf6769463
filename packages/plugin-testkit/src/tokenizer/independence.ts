import type { HostTensor, ItemContent } from '@gramkit/spec';
import { demand } from '../check.js';
import { sameNumbers } from '../comparison/number-lists.js';
import { contentOf, tokenRows, type PreparationTrial } from './preparation-trial.js';

/** A row is the same whatever stands beside it, and behind it stands padding alone. */
export function ignoresPadding({ items, prepared }: PreparationTrial): void {
  const together = prepared.collate(items.map((_, row) => row));
  for (const [row, { id }] of items.entries()) {
    const alone = prepared.collate([row]);
    const [own] = tokenRows(alone) ?? [];
    const beside = tokenRows(together)?.[row];
    demand(own === undefined || (beside !== undefined && sameNumbers(beside, own)), `item '${id}' has other token ids when it stands beside longer items`, 'let a row depend on its item alone; pad at the end, and let `lengths` count what is no padding.');
    for (const [name, tensor] of Object.entries(alone)) {
      if (name === 'tokenIds' || together[name] === undefined) continue;
      demand(sameNumbers(...sameStretch(rowOf(together[name], row), rowOf(tensor, 0))), `\`${name}\` of item '${id}' is another one when it stands beside other items`, 'let a row depend on its item alone.');
    }
  }
  demandOnePadding(together.tokenIds, together.lengths);
}

function rowOf({ data, shape }: HostTensor, row: number): ArrayLike<number> {
  const size = data.length / shape[0]!;
  return data.slice(row * size, (row + 1) * size);
}

/** Rows are padded at their ends. */
function sameStretch(found: ArrayLike<number>, expected: ArrayLike<number>): [readonly number[], readonly number[]] {
  const length = Math.min(found.length, expected.length);
  return [Array.from(found).slice(0, length), Array.from(expected).slice(0, length)];
}

function demandOnePadding(tokenIds: HostTensor | undefined, lengths: HostTensor | undefined): void {
  if (tokenIds === undefined || lengths === undefined) return;
  const width = tokenIds.shape[1]!;
  const padding = new Set(Array.from(lengths.data).flatMap((length, row) => Array.from(tokenIds.data.slice(row * width + length, (row + 1) * width))));
  demand(padding.size <= 1, `padding has the ids ${[...padding].join(', ')}`, 'fill rows up with one padding id.');
}

/** Preparing reads items and changes nothing; what is given out belongs to whom it is given. */
export function isPure({ preprocessor, items, prepared }: PreparationTrial): void {
  const before = contentOf(prepared);
  const rows = [1, 0, 1];
  for (const asked of [rows, [0], items.map((_, row) => row)]) Object.values(prepared.collate(asked)).forEach(({ data }) => data.fill(0));
  demand(rows.join() === '1,0,1', '`collate` changes the list of rows that it is given', 'leave it as it is.');
  demand(contentOf(prepared) === before, '`collate` gives other rows after what it gave before was written over', 'make new arrays at every call: strategies fill them up, and workers take them away.');
  preprocessor.prepare(items.toReversed()).collate(rows);
  demand(contentOf(prepared) === before, 'preparing other items changes those that were prepared before', 'keep nothing of a catalogue in the preprocessor: training, evaluation and prediction prepare their own.');
  const frozen = items.map(({ id, fields }) => Object.freeze({ id, fields: Object.freeze({ ...fields }) }));
  demand(contentOf(preprocessor.prepare(onceOnly(frozen))) === before, 'the same items give other rows when they come as an Iterable that can be read once', 'read `items` once, by for … of or Array.from.');
}

function* onceOnly(items: readonly ItemContent[]): Generator<ItemContent> {
  yield* items;
}
