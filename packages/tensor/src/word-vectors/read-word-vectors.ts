import { wordVectorLines } from './word-vector-lines.js';

/** Vectors of some words. */
export interface WordVectors {
  readonly dimension: number;
  /** Those of the words asked for that the file has, in the order of the file. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

/**
 * The vectors of `wanted` words out of a text file (`wordVectorLines`), of which no others are kept. Where a word stands in the file
 * more than once, its first vector counts.
 * @throws GramkitError as `wordVectorLines` does
 */
export async function readWordVectors(file: string, wanted: Iterable<string>): Promise<WordVectors> {
  const words = new Set(wanted);
  const vectors = new Map<string, Float32Array>();
  let dimension = 0;
  for await (const line of wordVectorLines(file)) {
    ({ dimension } = line);
    if (words.has(line.word) && !vectors.has(line.word)) vectors.set(line.word, line.vector());
  }
  return { dimension, vectors };
}
