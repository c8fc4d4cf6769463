import { createHash, type Hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CatalogueEncoding, Json, PreparedItems, Weight } from '@gramkit/spec';

/** Rows hashed at a time. */
const rowsAtOnce = 1024;

/**
 * SHA-256, in hexadecimal, over all that encodings follow from: the weights, the encoder input of every item (which holds what the tokenizer
 * made of its text), how items are put together, and `surroundings`: the encoder's options and the engine.
 */
export async function encodingKey({ encoder, catalogue, chunkTokens }: CatalogueEncoding, surroundings: Json): Promise<string> {
  const hash = createHash('sha256');
  const { name, dimension, inputLayout = 'padded' } = encoder;
  addJson(hash, { surroundings, chunkTokens, encoder: { name, dimension, inputLayout }, items: catalogue.count });
  for (const weight of encoder.weights) await addWeight(hash, weight);
  await addCatalogue(hash, catalogue);
  return hash.digest('hex');
}

async function addWeight(hash: Hash, { name, variable }: Weight): Promise<void> {
  addJson(hash, { name, shape: variable.shape });
  hash.update(bytesOf(await variable.data<'float32'>()));
}

async function addCatalogue(hash: Hash, catalogue: PreparedItems): Promise<void> {
  for (let first = 0; first < catalogue.count; first += rowsAtOnce) {
    const rows = Int32Array.from({ length: Math.min(rowsAtOnce, catalogue.count - first) }, (_, index) => first + index);
    hash.update(bytesOf(Float64Array.from(rows, (row) => catalogue.lengthOf(row))));
    for (const [name, { dtype, shape, data }] of Object.entries(catalogue.collate(rows))) {
      addJson(hash, { name, dtype, shape });
      hash.update(bytesOf(data));
    }
    await nextTurn();
  }
}

/** With its length, so that no two lists of values read alike. */
function addJson(hash: Hash, value: unknown): void {
  const text = JSON.stringify(value);
  hash.update(`${text.length}:${text}`);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
