import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { ItemEncoder, Pass, PreparedItems } from '@gramkit/spec';
import { uploadRows, uploadTensors } from './device-batch.js';
import { chunkItems, defaultChunkSize, placesInChunks } from './item-chunks.js';
import type { ItemChunk } from './item-chunks.js';

/** One forward pass over the items of a chunk `[items, dimension]`. Mask rows are catalogue rows. */
export function encodeChunk(encoder: ItemEncoder, catalogue: PreparedItems, chunk: ItemChunk, pass: Pass): Tensor2D {
  return tf.tidy(() => encoder.encode(uploadTensors(catalogue.collate(chunk.rows)), { ...pass, maskRows: uploadRows(chunk.rows) }));
}

/** Chunks laid end to end, brought into the order of the list they were cut from. */
export function joinChunks(parts: readonly Tensor2D[], chunks: readonly ItemChunk[]): Tensor2D {
  return tf.tidy(() => tf.gather(parts.length === 1 ? parts[0]! : tf.concat([...parts], 0), uploadRows(placesInChunks(chunks))) as Tensor2D);
}

/** Encodings `[rows, dimension]` of the catalogue rows `rows`, in their order, without a graph. */
export function encodeRows(encoder: ItemEncoder, catalogue: PreparedItems, rows: ArrayLike<number>, pass: Pass, chunkSize: number): Tensor2D {
  return tf.tidy(() => {
    const chunks = chunkItems(rows, catalogue, chunkSize);
    return joinChunks(chunks.map((chunk) => encodeChunk(encoder, catalogue, chunk, pass)), chunks);
  });
}

export interface EncodeCatalogueOptions {
  /** Items encoded together; 64 where absent. */
  readonly chunkSize?: number;
  /** Told after every chunk, in items. */
  readonly progress?: (done: number, total: number) => void;
}

/** Encodings of the whole catalogue `[items, dimension]`, without dropout; row = catalogue row. The event loop runs between chunks. */
export async function encodeCatalogue(encoder: ItemEncoder, catalogue: PreparedItems, options: EncodeCatalogueOptions = {}): Promise<Tensor2D> {
  const rows = Int32Array.from({ length: catalogue.count }, (_, row) => row);
  const chunks = chunkItems(rows, catalogue, options.chunkSize ?? defaultChunkSize);
  const seed = tf.scalar(0, 'int32');
  const parts: Tensor2D[] = [];
  let done = 0;
  try {
    for (const chunk of chunks) {
      parts.push(encodeChunk(encoder, catalogue, chunk, { training: false, seed }));
      done += chunk.rows.length;
      options.progress?.(done, catalogue.count);
      await yieldToEventLoop();
    }
    return parts.length === 0 ? tf.zeros([0, encoder.dimension]) : joinChunks(parts, chunks);
  } finally {
    tf.dispose([seed, ...parts]);
  }
}

/** Lets signals and timers through in the middle of a long part. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
