import type { ItemEncoder, PreparedItems, Preprocessor } from '@gramkit/spec';
import { encodeRows } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** Items that go through the encoder together. */
const itemsTogether = 64;

/** A tokenizer and the encoder behind it, outside training. */
export class RunEncoder {
  constructor(
    readonly tokenizer: Preprocessor,
    readonly encoder: ItemEncoder,
    private readonly release: () => void,
  ) {}

  get dimension(): number {
    return this.encoder.dimension;
  }

  /** Encodings `[rows, dimension]` of `rows` of `items`, row-major, without dropout. */
  async encode(items: PreparedItems, rows: readonly number[]): Promise<Float32Array> {
    const seed = tf.scalar(0, 'int32');
    const encodings = encodeRows(this.encoder, items, rows, { training: false, seed }, itemsTogether);
    try {
      return await encodings.data<'float32'>();
    } finally {
      tf.dispose([seed, encodings]);
    }
  }

  /** Frees the weights. */
  dispose(): void {
    this.release();
  }
}
