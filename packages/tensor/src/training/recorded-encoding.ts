import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Pass, PreparedItems } from '@gramkit/spec';
import { uploadRows } from './device-batch.js';
import { joinChunks } from './encode-rows.js';
import type { EncoderPasses, RecordedItems } from './encoder-passes.js';
import { accumulateGradients } from './gradients.js';
import type { Gradients } from './gradients.js';
import { chunkItems, tokensOf } from './item-chunks.js';
import type { ItemChunk } from './item-chunks.js';
import { addCosts, encoderCost } from './step-cost.js';
import type { EncoderCost } from './step-cost.js';

export interface RecordingOptions {
  /** Tokens encoded together. */
  readonly chunkTokens: number;
  /** Bytes of activations that may be kept for the gradient; chunks beyond are encoded again when it is taken. `Infinity`: keep all. */
  readonly graphBytes: number;
}

/** Encodings whose gradient can be taken once. */
export interface RecordedEncoding {
  /** `[rows, dimension]`, in the order asked for. Freed by `dispose`. */
  readonly encodings: Tensor2D;
  /** The gradient of `<cotangent, encodings>` with respect to the encoder's trainable weights; `cotangent` `[rows, dimension]`. The caller disposes it. */
  pullBack(cotangent: Tensor2D): Gradients;
  /** The work of the forward pass and, after `pullBack`, of the backward pass too. */
  cost(): EncoderCost;
  /** Frees graph and encodings. Idempotent. */
  dispose(): void;
}

/**
 * Encodes catalogue rows in training, in chunks of like length, and keeps each chunk's graph while it fits `graphBytes`.
 * A chunk encoded again has the same masks (`EncoderPass.maskRows`), so the gradient is the same either way, bit for bit.
 */
export function recordEncoding(passes: EncoderPasses, catalogue: PreparedItems, rows: ArrayLike<number>, seed: Pass['seed'], options: RecordingOptions): RecordedEncoding {
  const chunks = chunkItems(rows, catalogue, { tokens: options.chunkTokens });
  const record = (chunk: ItemChunk) => passes.record(catalogue, chunk.rows, seed);
  const encode = (chunk: ItemChunk) => passes.encode(catalogue, chunk.rows, { training: true, seed });
  const recorded = recordWhatFits(chunks, record, encode, options.graphBytes);
  const encodings: Tensor2D = chunks.length === 0 ? tf.zeros([0, passes.encoder.dimension]) : joinChunks(recorded.parts, chunks);
  let cost = encoderCost(encodings.shape[0], tokensOf(chunks), 1, 0);

  const pullBackChunk = (chunk: ItemChunk, index: number, cotangent: Tensor2D): Gradients =>
    tf.tidy(() => {
      const share = tf.gather(cotangent, uploadRows(chunk.positions));
      const kept = recorded.items[index];
      if (kept !== undefined) return kept.pullBack(share);
      cost = addCosts(cost, encoderCost(chunk.rows.length, chunk.tokens, 1, 0));
      const again = record(chunk);
      return again.pullBack(share);
    });

  return {
    encodings,
    cost: () => cost,
    pullBack(cotangent) {
      const sum: Gradients = {};
      chunks.forEach((chunk, index) => accumulateGradients(sum, pullBackChunk(chunk, index, cotangent)));
      cost = addCosts(cost, encoderCost(encodings.shape[0], tokensOf(chunks), 0, 1));
      return sum;
    },
    dispose() {
      recorded.items.forEach((items) => items.dispose());
      tf.dispose([encodings, recorded.parts]);
    },
  };
}

/**
 * Forward passes of the chunks, of which the first few, as many as fit, keep their graphs. Chunks come shortest first, so a chunk's
 * activations are at least those of the chunk before it, token for token: where these would not fit, recording is not even tried.
 */
function recordWhatFits(chunks: readonly ItemChunk[], record: (chunk: ItemChunk) => RecordedItems, encode: (chunk: ItemChunk) => Tensor2D, graphBytes: number) {
  const items: RecordedItems[] = [];
  const parts: Tensor2D[] = [];
  let bytes = 0;
  let bytesPerToken = 0;
  let fits = graphBytes > 0;
  try {
    for (const chunk of chunks) {
      fits &&= bytes + bytesPerToken * chunk.paddedTokens <= graphBytes;
      if (!fits) {
        parts.push(encode(chunk));
        continue;
      }
      const recorded = record(chunk);
      parts.push(recorded.encodings);
      items.push(recorded);
      bytes += recorded.heldBytes;
      bytesPerToken = recorded.heldBytes / chunk.paddedTokens;
      fits = bytes <= graphBytes;
      if (!fits) items.pop()!.dispose();
    }
  } catch (error) {
    items.forEach((recorded) => recorded.dispose());
    throw error;
  }
  return { items, parts };
}
