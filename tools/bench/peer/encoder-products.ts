import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gradientProducts, type MatrixProduct, product } from './matrix-product.js';

/** Sizes of a BERT encoder. */
export interface EncoderSizes {
  readonly layers: number;
  readonly dimension: number;
  readonly feedForward: number;
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
}

/** Sizes out of a Hugging Face folder. */
export async function encoderSizes(modelDirectory: string): Promise<EncoderSizes> {
  const read = JSON.parse(await readFile(join(modelDirectory, 'config.json'), 'utf8')) as HuggingFaceConfiguration;
  return { layers: read.num_hidden_layers, dimension: read.hidden_size, feedForward: read.intermediate_size };
}

/** Tokens of a pass, at most: what `chunkTokens` is by default. */
const tokensOfPass = 4096;

/**
 * The encoder's matrix products of a step: of every layer the projections to queries, keys, values and back and the two layers of the feed-forward part; in a
 * backward pass two products for each. Attention within a text is left out: it is one in a hundred operations at 32 tokens, and thousands of small
 * products take longer alone than the kernel that has them in a step. Times may be fractions: work is shared out over the steps of a window.
 */
export function encoderProducts(sizes: EncoderSizes, work: EncoderWork, itemsOfPass = Infinity): readonly MatrixProduct[] {
  if (work.tokensForward === 0) return [];
  const forward = layerProducts(sizes, work.itemsForward, work.tokensForward, itemsOfPass);
  const backward = work.tokensBackward === 0 ? [] : layerProducts(sizes, work.itemsBackward, work.tokensBackward, itemsOfPass).flatMap(gradientProducts);
  return [...forward, ...backward];
}

function layerProducts({ layers, dimension, feedForward }: EncoderSizes, items: number, tokens: number, itemsOfPass: number): readonly MatrixProduct[] {
  const rows = passTokens(items, tokens, itemsOfPass);
  const times = (layers * tokens) / rows;
  return [product(rows, dimension, dimension, 4 * times), product(rows, dimension, feedForward, times), product(rows, feedForward, dimension, times)];
}

/** Tokens that stand in one matrix: those of a step, or of a pass of so many items where a window shares its passes out over its steps; no more than a chunk. */
function passTokens(items: number, tokens: number, itemsOfPass: number): number {
  const ofPass = Number.isFinite(itemsOfPass) ? (itemsOfPass * tokens) / items : tokens;
  return Math.max(1, Math.round(Math.min(ofPass, tokensOfPass)));
}
