import type { ItemEncoder, PreparedItems, Preprocessor } from '@gramkit/spec';
import { defaultChunkTokens, EncoderPasses, encodeRows } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** A tokenizer and the encoder behind it, outside training. */
export class RunEncoder {
  readonly #passes: EncoderPasses;

  constructor(
    readonly tokenizer: Preprocessor,
    readonly encoder: ItemEncoder,
    private readonly release: () => void,
  ) {
    this.#passes = new EncoderPasses(encoder);
  }

  get dimension(): number {
    return this.encoder.dimension;
  }

  /** Encodings `[rows, dimension]` of `rows` of `items`, row-major, without dropout. */
  async encode(items: PreparedItems, rows: readonly number[]): Promise<Float32Array> {
    const seed = tf.scalar(0, 'int32');
    const encodings = encodeRows(this.#passes, items, rows, { training: false, seed }, defaultChunkTokens);
    try {
      return await encodings.data<'float32'>();
    } finally {
      tf.dispose([seed, encodings]);
    }
  }

  /** Frees the weights. */
  dispose(): void {
    this.#passes.dispose();
    this.release();
  }
}
