import type { PreparedItems } from '@gramkit/spec';

export const vocabularySize = 23;

/** A catalogue of `count` items of 1 to 9 tokens, the same at every call. */
export function tinyCatalogue(count: number): PreparedItems {
  const items = Array.from({ length: count }, (_, row) => Int32Array.from({ length: 1 + ((row * 7) % 9) }, (_, place) => 1 + ((row * 5 + place * 3 + row * place) % (vocabularySize - 1))));
  return {
    count,
    lengthOf: (row) => items[row]!.length,
    collate(rows) {
      const chosen = Array.from(rows, (row) => items[row]!);
      const length = Math.max(...chosen.map((tokens) => tokens.length));
      const tokenIds = new Int32Array(chosen.length * length);
      chosen.forEach((tokens, index) => tokenIds.set(tokens, index * length));
      return {
        tokenIds: { dtype: 'int32', shape: [chosen.length, length], data: tokenIds },
        lengths: { dtype: 'int32', shape: [chosen.length], data: Int32Array.from(chosen, (tokens) => tokens.length) },
      };
    },
  };
}
