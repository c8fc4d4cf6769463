import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gradientProducts, type MatrixProduct, product } from './matrix-product.js';

/** Sizes of a BERT encoder. */
export interface EncoderSizes {
  readonly layers: number;
  readonly dimension: number;
  readonly feedForward: number;
  readonly heads: number;
}

/** What goes through the encoder in a step, padding left out. */
export interface EncoderWork {
  readonly itemsForward: number;
  readonly itemsBackward: number;
  readonly tokensForward: number;
  readonly tokensBackward: number;
}

interface HuggingFaceConfiguration {
  readonly num_hidden_layers: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
}

/** Sizes out of a Hugging Face folder. */
export async function encoderSizes(modelDirectory: string): Promise<EncoderSizes> {
  const read = JSON.parse(await readFile(join(modelDirectory, 'config.json'), 'utf8')) as HuggingFaceConfiguration;
  return { layers: read.num_hidden_layers, dimension: read.hidden_size, feedForward: read.intermediate_size, heads: read.num_attention_heads };
}

/** Tokens of a pass, at most: what `chunkTokens` is by default. */
const tokensOfPass = 4096;

/**
 * The encoder's matrix products of a step: of every layer the projections to queries, keys, values and back, attention scores and their
 * products with values, the two layers of the feed-forward part; in a backward pass two products for each. Texts count with their mean length, so that
 * attention over unlike lengths is counted for slightly less than it is. Times may be fractions: work is shared out over the steps of a window.
 */
export function encoderProducts(sizes: EncoderSizes, work: EncoderWork, itemsOfPass = Infinity): readonly MatrixProduct[] {
  if (work.tokensForward === 0) return [];
  const forward = layerProducts(sizes, work.itemsForward, work.tokensForward, itemsOfPass);
  const backward = work.tokensBackward === 0 ? [] : layerProducts(sizes, work.itemsBackward, work.tokensBackward, itemsOfPass).flatMap(gradientProducts);
  return [...forward, ...backward];
}

function layerProducts({ layers, dimension, feedForward, heads }: EncoderSizes, items: number, tokens: number, itemsOfPass: number): readonly MatrixProduct[] {
  const length = Math.max(1, Math.round(tokens / items));
  const rows = passTokens(tokens, length, itemsOfPass);
  const times = (layers * tokens) / rows;
  const texts = Math.max(1, Math.round(rows / length));
  return [
    product(rows, dimension, dimension, 4 * times),
    product(rows, dimension, feedForward, times),
    product(rows, feedForward, dimension, times),
    product(length, dimension / heads, length, times, texts * heads),
    product(length, length, dimension / heads, times, texts * heads),
  ];
}

/** Tokens that stand in one matrix: those of a step, of a pass of so many items, or of a chunk, whichever is least. Windows share a pass out over their steps. */
function passTokens(tokens: number, length: number, itemsOfPass: number): number {
  const ofItems = itemsOfPass * length;
  return Math.max(1, Math.round(Number.isFinite(ofItems) ? Math.min(ofItems, tokensOfPass) : Math.min(tokens, tokensOfPass)));
}
