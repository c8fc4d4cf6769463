import type { Batch } from '@gramkit/spec';

/** A small generator (mulberry32): the same numbers everywhere. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A knowledge-tracing batch of `size` histories of 2 to `length` interactions with a catalogue of `items` items, which repeat. */
export function tinyBatch(seed: number, items: number, size = 4, length = 6): Batch {
  const random = generator(seed);
  const places = new Map<number, number>();
  const references = new Int32Array(size * length).fill(-1);
  const responses = new Float32Array(size * length);
  const lengths = Int32Array.from({ length: size }, () => 2 + Math.floor(random() * (length - 1)));
  lengths.forEach((steps, user) => {
    for (let step = 0; step < steps; step++) {
      const row = Math.floor(random() * items);
      if (!places.has(row)) places.set(row, places.size);
      references[user * length + step] = places.get(row)!;
      responses[user * length + step] = random() < 0.5 ? 0 : 1;
    }
  });
  return {
    itemIds: Int32Array.from(places.keys()),
    references: { items: { dtype: 'int32', shape: [size, length], data: references } },
    fields: {
      responses: { dtype: 'float32', shape: [size, length], data: responses },
      lengths: { dtype: 'int32', shape: [size], data: lengths },
    },
  };
}
