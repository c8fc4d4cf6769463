import type { PreparedItems } from '@gramkit/spec';

/** Tokens encoded together, unless an option says otherwise: enough that larger matrices gain nothing, few enough to bound memory. */
export const defaultChunkTokens = 4096;

/** How much a chunk may hold: so many items, or so many tokens once its items are padded to the longest of them. */
export type ChunkLimit = { readonly items: number } | { readonly tokens: number };

/** Items that go through the encoder together. */
export interface ItemChunk {
  /** Where its items stand in the list that was cut into chunks. */
  readonly positions: Int32Array;
  /** Their catalogue rows. */
  readonly rows: Int32Array;
  /** Tokens of its items, padding left out. */
  readonly tokens: number;
  /** Tokens that the encoder computes: items times the longest of them. */
  readonly paddedTokens: number;
}

/**
 * Cuts a list of catalogue rows into chunks of like length, shortest first; equally long ones keep their order.
 * Little is padded then, and the order depends on the list alone. A chunk has as many items as the limit allows, and one at least.
 */
export function chunkItems(rows: ArrayLike<number>, catalogue: PreparedItems, limit: ChunkLimit): readonly ItemChunk[] {
  const lengths = Array.from(rows, (row) => catalogue.lengthOf(row));
  const order = Int32Array.from(lengths.keys()).sort((left, right) => lengths[left]! - lengths[right]! || left - right);
  return chunkEnds(order, lengths, limit).map((end, index, ends) => {
    const positions = order.slice(index === 0 ? 0 : ends[index - 1], end);
    return {
      positions,
      rows: positions.map((position) => rows[position]!),
      tokens: positions.reduce((sum, position) => sum + lengths[position]!, 0),
      paddedTokens: positions.length * lengths[positions.at(-1)!]!,
    };
  });
}

/** Where chunks end in an order of ascending lengths. */
function chunkEnds(order: Int32Array, lengths: readonly number[], limit: ChunkLimit): number[] {
  const ends: number[] = [];
  let start = 0;
  for (let next = 1; next <= order.length; next++) {
    const items = next + 1 - start;
    const fits = next < order.length && ('items' in limit ? items <= limit.items : items * lengths[order[next]!]! <= limit.tokens);
    if (fits) continue;
    ends.push(next);
    start = next;
  }
  return order.length === 0 ? [] : ends;
}

/** Where each item of the uncut list stands when the chunks are laid end to end. */
export function placesInChunks(chunks: readonly ItemChunk[]): Int32Array {
  const places = new Int32Array(chunks.reduce((sum, { rows }) => sum + rows.length, 0));
  let place = 0;
  for (const { positions } of chunks) for (const position of positions) places[position] = place++;
  return places;
}

export function tokensOf(chunks: readonly ItemChunk[]): number {
  return chunks.reduce((sum, { tokens }) => sum + tokens, 0);
}
