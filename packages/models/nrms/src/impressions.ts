import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { GramkitError } from '@gramkit/spec';
import type { DeviceBatch } from '@gramkit/spec';

/** What NRMS reads of a batch, one impression a row. */
export interface Impressions {
  /** int32 `[rows, clicks]`, -1 at padding, which stands at the end; one column at least. */
  readonly history: Tensor2D;
  /** float32 `[rows, clicks]`: 1 where there is a click, 0 at padding. */
  readonly clicked: Tensor2D;
  /** int32 `[rows, candidates]`, -1 at padding. */
  readonly candidates: Tensor2D;
  /** float32 `[rows, candidates]`: 1 at a candidate, 0 at padding. */
  readonly valid: Tensor2D;
  /** float32 `[rows, candidates]`: 1 clicked, 0 not. */
  readonly labels: Tensor2D;
}

/**
 * The impressions of a batch whose histories and candidates point to rows of `itemEncodings` `[items, dimension]`.
 * @throws GramkitError DATA_MISMATCH where the batch is none of recommendation, PLUGIN_MISMATCH for encodings of another length.
 */
export function readImpressions(itemEncodings: Tensor2D, dimension: number, { references, fields }: DeviceBatch): Impressions {
  checkEncodings(itemEncodings, dimension);
  const history = present(references['history'], 'references.history', 'clicks');
  const candidates = present(references['candidates'], 'references.candidates', 'candidates');
  const labels = present(fields['labels'], 'fields.labels', 'candidates');
  checkShapes(history, candidates, labels);
  const oneColumn = history.shape[1] > 0 ? history : tf.fill<tf.Rank.R2>([history.shape[0], 1], -1, 'int32');
  return { history: oneColumn, clicked: isItem(oneColumn), candidates, valid: isItem(candidates), labels };
}

function isItem(references: Tensor2D): Tensor2D {
  return tf.cast<Tensor2D>(tf.greaterEqual<Tensor2D>(references, tf.scalar(0, 'int32')), 'float32');
}

function checkEncodings({ shape }: Tensor, dimension: number): void {
  if (shape.length === 2 && shape[1] === dimension) return;
  throw new GramkitError('PLUGIN_MISMATCH', `NRMS was made for item encodings [items, ${dimension}] and got [${shape.join(', ')}]`, {
    fix: 'Make the model with the dimension of the item encoder.',
  });
}

function present(tensor: Tensor | undefined, field: string, columns: string): Tensor2D {
  if (tensor !== undefined && tensor.rank === 2) return tensor as Tensor2D;
  const found = tensor === undefined ? 'has none' : `has [${tensor.shape.join(', ')}]`;
  throw new GramkitError('DATA_MISMATCH', `NRMS reads '${field}' [rows, ${columns}] of a batch; this one ${found}`, {
    field,
    fix: 'Train NRMS on a data set for recommendation.',
  });
}

function checkShapes({ shape: history }: Tensor2D, { shape: candidates }: Tensor2D, { shape: labels }: Tensor2D): void {
  if (!tf.util.arraysEqual(candidates, labels)) {
    throw new GramkitError('DATA_MISMATCH', `The batch has candidates [${candidates.join(', ')}] and labels [${labels.join(', ')}]`, {
      field: 'fields.labels',
      fix: 'Give one label for each candidate.',
    });
  }
  if (history[0] !== candidates[0]) {
    throw new GramkitError('DATA_MISMATCH', `The batch has histories of ${history[0]} impressions and candidates of ${candidates[0]}`, {
      field: 'references.history',
      fix: 'Give one history for each impression.',
    });
  }
  if (candidates[1] === 0) {
    throw new GramkitError('DATA_MISMATCH', 'The impressions of the batch have no candidates', { field: 'references.candidates', fix: 'Leave out impressions without candidates.' });
  }
}
