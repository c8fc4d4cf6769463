import { BatchAssembler, type ResponseWindow } from '@gramkit/data';
import { GramkitError, type SequenceModel } from '@gramkit/spec';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { scoreBatch } from './score-batch.js';

/** The probability that the response of a row of the input is 1. */
export interface RowPrediction {
  readonly record: number;
  readonly probability: number;
}

/** Predicts what windows ask for, in the layout of the sequence model. */
export class WindowScorer {
  readonly #assembler: BatchAssembler;

  /** @param encodings `[items, dimension]`, of the items that windows name by their row */
  constructor(
    private readonly model: SequenceModel,
    private readonly encodings: Tensor2D,
  ) {
    this.#assembler = new BatchAssembler(encodings.shape[0], model.batchLayout ?? 'windows');
  }

  /** @throws GramkitError NUMERIC_FAILURE */
  async predict(windows: readonly ResponseWindow[]): Promise<RowPrediction[]> {
    const lengths = Int32Array.from(windows, ({ packed }) => packed.length);
    const positions = lengths.reduce((longest, length) => Math.max(longest, length), 0);
    // Whose window a position belongs to is told in the place of its user.
    const batch = this.#assembler.assembleEvaluation(joined(windows, lengths), lengths, positions, { users: Int32Array.from(windows.keys()) });
    const { scores, width } = await scoreBatch(this.model, this.encodings, batch);
    return scoredPlaces(batch.users, positions, width).flatMap(({ window, offset, score }) => {
      const record = windows[window]!.targets[offset]!;
      return Number.isNaN(record) ? [] : [{ record, probability: probabilityOf(scores[score]!) }];
    });
  }
}

function joined(windows: readonly ResponseWindow[], lengths: Int32Array): Uint32Array {
  const packed = new Uint32Array(lengths.reduce((sum, length) => sum + length, 0));
  let filled = 0;
  windows.forEach((window, index) => {
    packed.set(window.packed, filled);
    filled += lengths[index]!;
  });
  return packed;
}

/** Where the prediction of a position of a window stands among the scores. */
interface ScoredPlace {
  readonly window: number;
  readonly offset: number;
  readonly score: number;
}

/**
 * The places of scores `[rows, width]`, whose last column is that of the last position: models leave out the first, which nothing comes before.
 * @param windows `[rows * positions]`, the window of each position, -1 at padding
 */
function scoredPlaces(windows: Int32Array, positions: number, width: number): ScoredPlace[] {
  const places: ScoredPlace[] = [];
  const skipped = positions - width;
  for (let cell = 0, offset = 0; cell < windows.length; cell++) {
    const column = cell % positions;
    offset = column > 0 && windows[cell - 1] === windows[cell] ? offset + 1 : 0;
    if (windows[cell]! < 0 || column < skipped) continue;
    places.push({ window: windows[cell]!, offset, score: Math.floor(cell / positions) * width + column - skipped });
  }
  return places;
}

function probabilityOf(logit: number): number {
  if (Number.isFinite(logit)) return 1 / (1 + Math.exp(-logit));
  throw new GramkitError('NUMERIC_FAILURE', `the model predicts ${logit}`, { fix: 'The run has diverged: train it anew with a lower learning rate.' });
}
