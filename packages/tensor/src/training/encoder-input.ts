import type { HostTensor, HostTensors, ItemEncoder, PreparedItems } from '@gramkit/spec';
import { GramkitError } from '@gramkit/spec';
import { bucketSize } from './shape-buckets.js';

/** What an encoder reads of some items: its input, and the mask rows of `EncoderPass`, all in the memory of the host. */
export interface EncoderInput {
  readonly tensors: HostTensors;
  /** int32 `[items]` */
  readonly maskRows: Int32Array;
  /** Items in it; those beyond the rows asked for only fill up the shape. */
  readonly items: number;
}

/**
 * Puts the encoder input of catalogue rows together, in the layout that the encoder reads. With `fill`, items and tokens are filled up
 * to the sizes of `bucketSize`: by the last row again and by more padding where texts are padded, by tokens of no item where they are packed.
 * @throws GramkitError PLUGIN_MISMATCH where the encoder packs and the preprocessor gives no tokens, DATA_MISMATCH for more tokens than it takes.
 */
export function encoderInput(encoder: ItemEncoder, catalogue: PreparedItems, rows: Int32Array, fill: boolean): EncoderInput {
  if (encoder.inputLayout === 'packed') return packedInput(catalogue.collate(rows), rows, encoder, fill);
  const filled = fill ? filledWithLast(rows, bucketSize(rows.length, 8)) : rows;
  const tensors = catalogue.collate(filled);
  return { tensors: fill ? withLongerTexts(tensors, encoder.maximumLength) : tensors, maskRows: filled, items: filled.length };
}

/** Texts padded further, to the size of a bucket; whatever else there is, and input without texts, stays as it is. */
function withLongerTexts({ tokenIds, lengths, ...others }: HostTensors, maximumLength = Infinity): HostTensors {
  if (tokenIds?.shape.length !== 2 || lengths === undefined) return { ...(tokenIds && { tokenIds }), ...(lengths && { lengths }), ...others };
  const [items, length] = tokenIds.shape as [number, number];
  const longer = Math.max(length, Math.min(bucketSize(length, 4, 4), maximumLength));
  const data = new Int32Array(items * longer);
  for (let item = 0; item < items; item++) data.set((tokenIds.data as Int32Array).subarray(item * length, (item + 1) * length), item * longer);
  return { tokenIds: { dtype: 'int32', shape: [items, longer], data }, lengths, ...others };
}

function filledWithLast(rows: Int32Array, size: number): Int32Array {
  const filled = new Int32Array(size).fill(rows.at(-1)!);
  filled.set(rows);
  return filled;
}

function packedInput(padded: HostTensors, rows: Int32Array, encoder: ItemEncoder, fill: boolean): EncoderInput {
  const { tokenIds, lengths } = padded;
  if (tokenIds === undefined || lengths === undefined || tokenIds.shape.length !== 2) throw withoutTokens(encoder.name);
  checkLengths(lengths.data as Int32Array, encoder);
  const tokens = (lengths.data as Int32Array).reduce((sum, length) => sum + length, 0);
  const size = fill ? { tokens: bucketSize(tokens, 8), items: bucketSize(rows.length, 2) } : { tokens, items: rows.length };
  const maskRows = new Int32Array(size.items);
  maskRows.set(rows);
  return { tensors: packTokens(tokenIds, lengths.data as Int32Array, size), maskRows, items: size.items };
}

/** Padded token ids `[items, length]` and their lengths as `ItemEncoder.inputLayout` describes packed texts. */
export function packTokens({ data, shape }: HostTensor, lengths: Int32Array, size: { readonly tokens: number; readonly items: number }): HostTensors {
  const width = shape[1]!;
  const [tokenIds, positions, items] = [new Int32Array(size.tokens), new Int32Array(size.tokens), new Int32Array(size.tokens).fill(-1)];
  const offsets = new Int32Array(size.items + 1);
  let token = 0;
  for (let item = 0; item < lengths.length; item++) {
    for (let position = 0; position < lengths[item]!; position++, token++) {
      tokenIds[token] = data[item * width + position]!;
      positions[token] = position;
      items[token] = item;
    }
    offsets[item + 1] = token;
  }
  offsets.fill(token, lengths.length + 1);
  const vector = (values: Int32Array): HostTensor => ({ dtype: 'int32', shape: [values.length], data: values });
  return { tokenIds: vector(tokenIds), positions: vector(positions), items: vector(items), offsets: vector(offsets) };
}

function checkLengths(lengths: Int32Array, { name, maximumLength = Infinity }: ItemEncoder): void {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  if (longest <= maximumLength) return;
  throw new GramkitError('DATA_MISMATCH', `a row has ${longest} tokens, and the encoder '${name}' has ${maximumLength} positions`, {
    field: 'maxLength',
    fix: `set the tokenizer's maxLength to ${maximumLength} at most`,
  });
}

function withoutTokens(encoder: string): GramkitError {
  return new GramkitError('PLUGIN_MISMATCH', `The encoder '${encoder}' reads packed tokens, and the tokenizer gives no 'tokenIds' [items, length] with their 'lengths'`, {
    field: 'tokenizer.use',
    fix: 'Use a tokenizer of the encoder\'s vocabulary.',
  });
}
