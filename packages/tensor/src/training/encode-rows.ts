import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Pass, PreparedItems } from '@gramkit/spec';
import { uploadRows } from './device-batch.js';
import type { EncoderPasses } from './encoder-passes.js';
import { chunkItems, defaultChunkTokens, placesInChunks } from './item-chunks.js';
import type { ItemChunk } from './item-chunks.js';

/** Chunks laid end to end, brought into the order of the list they were cut from. */
export function joinChunks(parts: readonly Tensor2D[], chunks: readonly ItemChunk[]): Tensor2D {
  return tf.tidy(() => tf.gather(parts.length === 1 ? parts[0]! : tf.concat([...parts], 0), uploadRows(placesInChunks(chunks))) as Tensor2D);
}

/** Encodings `[rows, dimension]` of the catalogue rows `rows`, in their order, without a graph. */
export function encodeRows(encoder: EncoderPasses, catalogue: PreparedItems, rows: ArrayLike<number>, pass: Pass, chunkTokens: number): Tensor2D {
  return tf.tidy(() => {
    const chunks = chunkItems(rows, catalogue, { tokens: chunkTokens });
    return joinChunks(chunks.map((chunk) => encoder.encode(catalogue, chunk.rows, pass)), chunks);
  });
}

export interface EncodeCatalogueOptions {
  /** Tokens encoded together; 4096 where absent. */
  readonly chunkTokens?: number;
  /** Told after every chunk, in items. */
  readonly progress?: (done: number, total: number) => void;
}

/** Encodings of the whole catalogue `[items, dimension]`, without dropout; row = catalogue row. The event loop runs between chunks. */
export async function encodeCatalogue(passes: EncoderPasses, catalogue: PreparedItems, options: EncodeCatalogueOptions = {}): Promise<Tensor2D> {
  const rows = Int32Array.from({ length: catalogue.count }, (_, row) => row);
  const chunks = chunkItems(rows, catalogue, { tokens: options.chunkTokens ?? defaultChunkTokens });
  const seed = tf.scalar(0, 'int32');
  const parts: Tensor2D[] = [];
  let done = 0;
  try {
    for (const chunk of chunks) {
      parts.push(passes.encode(catalogue, chunk.rows, { training: false, seed }));
      done += chunk.rows.length;
      options.progress?.(done, catalogue.count);
      await yieldToEventLoop();
    }
    return parts.length === 0 ? tf.zeros([0, passes.encoder.dimension]) : joinChunks(parts, chunks);
  } finally {
    tf.dispose([seed, ...parts]);
  }
}

/** Lets signals and timers through in the middle of a long part. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
