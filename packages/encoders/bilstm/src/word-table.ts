import { GramkitError, type Preprocessor, type RunLogger } from '@gramkit/spec';
import { type RandomSource, readWordVectors } from '@gramkit/tensor';
import type { BilstmOptions } from './options.js';

/** Where none is given. */
const defaultWordDimension = 100;

/** The word vectors that training begins with. */
export interface WordTable {
  readonly rows: number;
  readonly dimension: number;
  /** Row-major; row = token id. */
  values(source: RandomSource): Float32Array;
}

/**
 * Vectors for the vocabulary of a tokenizer: out of a file, words that it lacks at the mean of those that it has; or drawn from the standard
 * normal distribution, as PyTorch draws an embedding.
 * @throws GramkitError PLUGIN_MISMATCH where vectors are to be read and ids stand for no words; DATA_EMPTY where none of the words has one;
 * CONFIGURATION_INVALID where `wordDimension` is not that of the file; MODEL_FILE_MISSING, MODEL_FILE_CORRUPT of the file.
 */
export async function wordTable(tokenizer: Preprocessor, options: Pick<BilstmOptions, 'vectors' | 'wordDimension'>, logger: Pick<RunLogger, 'message'>): Promise<WordTable> {
  const { vectors, wordDimension } = options;
  if (vectors !== undefined) return readTable(vocabularyOf(tokenizer), vectors, wordDimension, logger);
  const [rows, dimension] = [tokenizer.vocabularySize, wordDimension ?? defaultWordDimension];
  return { rows, dimension, values: (source) => Float32Array.from({ length: rows * dimension }, () => source.normal()) };
}

function vocabularyOf({ name, vocabulary }: Preprocessor): readonly string[] {
  if (vocabulary !== undefined) return vocabulary;
  throw new GramkitError('PLUGIN_MISMATCH', `the encoder 'bilstm' has a file of word vectors, and the ids of the tokenizer '${name}' do not stand for words`, {
    field: 'encoder.vectors', fix: "Use the tokenizer 'words', or leave `vectors` out: vectors of any ids can be trained from the start.",
  });
}

async function readTable(vocabulary: readonly string[], file: string, wordDimension: number | undefined, logger: Pick<RunLogger, 'message'>): Promise<WordTable> {
  const { dimension, vectors } = await readWordVectors(file, vocabulary);
  if (wordDimension !== undefined && wordDimension !== dimension) {
    throw new GramkitError('CONFIGURATION_INVALID', `wordDimension is ${wordDimension}, and the vectors of the file have ${dimension} numbers`, { file, field: 'encoder.wordDimension', fix: 'Leave it out.' });
  }
  if (vectors.size === 0) {
    throw new GramkitError('DATA_EMPTY', `none of the ${vocabulary.length} words of the vocabulary has a vector in the file`, { file, field: 'encoder.vectors', fix: 'Give vectors of the language of the items; set `lowercase: false` of the tokenizer where they know capitals.' });
  }
  logger.message('info', `${vectors.size} of ${vocabulary.length} words of the vocabulary have a vector in the file`);
  const mean = meanOf(Array.from(vectors.values()), dimension);
  const values = new Float32Array(vocabulary.length * dimension);
  vocabulary.forEach((word, id) => values.set(vectors.get(word) ?? mean, id * dimension));
  return { rows: vocabulary.length, dimension, values: () => values };
}

function meanOf(vectors: readonly Float32Array[], dimension: number): Float32Array {
  return Float32Array.from({ length: dimension }, (_, place) => vectors.reduce((sum, vector) => sum + vector[place]!, 0) / vectors.length);
}
