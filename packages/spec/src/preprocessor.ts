import type { Component } from './component.js';
import type { HostTensors } from './host-tensor.js';
import type { PretrainedTokenizer } from './pretrained.js';

/** An item of the catalogue: its id and its named fields (`title`, `abstract`, `text`, …). What is no text, such as a picture, is named by its file. */
export interface ItemContent {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * The encoder inputs of a whole catalogue, ready to be put together into mini-batches.
 * Row `r` belongs to item `r` of the catalogue. Both functions throw a GramkitError DATA_MISMATCH for a row that is not there.
 */
export interface PreparedItems {
  readonly count: number;
  /** How much work row `row` is: its tokens, special tokens included, or the patches of a picture. Rows of like length are encoded together. */
  lengthOf(row: number): number;
  /** Encoder input of `rows`, in that order, padded to the longest of them: each tensor is `[rows, …]`. Rows may repeat. */
  collate(rows: ArrayLike<number>): HostTensors;
}

/**
 * Turns the content of items into encoder input. A tokenizer is the preprocessor of text:
 * its `collate` gives `tokenIds` int32 `[rows, length]` (padded with the padding id) and `lengths` int32 `[rows]`. Every text has a token, an empty one too.
 */
export interface Preprocessor<Content = ItemContent> extends Component {
  readonly kind: 'tokenizer';
  /** How many different token ids there are; an encoder checks it against its embedding table. 0 where rows hold none, but pixels, say. */
  readonly vocabularySize: number;
  /** The words behind the ids, in their order, special ones among them; absent where ids do not stand for words. Who has vectors of words looks them up by it. */
  readonly vocabulary?: readonly string[];
  /** Changes whenever the same content would give other rows (vocabulary, maximum length, fields, …). */
  readonly fingerprint: string;
  prepare(items: Iterable<Content>): PreparedItems;
  /** The fields of an item that are read, in their order; absent where the preprocessor reads no named fields. */
  readonly fields?: readonly string[];
  /** The tokenizer's own files, for a Hugging Face folder; absent where there are none. */
  exportPretrained?(): Promise<PretrainedTokenizer>;
}
