import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { ItemEncoder } from './item-encoder.js';
import type { PreparedItems } from './preprocessor.js';

/** What the encodings of a catalogue follow from, to the last bit, on one machine. */
export interface CatalogueEncoding {
  /** With the weights it has. */
  readonly encoder: ItemEncoder;
  readonly catalogue: PreparedItems;
  /** Tokens encoded together. */
  readonly chunkTokens: number;
}

/** Keeps encodings of whole catalogues between runs. */
export interface EncodingStore {
  /**
   * Encodings `[catalogue, dimension]` without dropout: kept ones where there are, else made ones, which are then kept. The caller disposes them.
   * @param limitBytes what may be kept in all; 0: nothing is kept, nor looked for
   */
  obtain(of: CatalogueEncoding, limitBytes: number, make: () => Promise<Tensor2D>): Promise<{ readonly encodings: Tensor2D; readonly kept: boolean }>;
}
