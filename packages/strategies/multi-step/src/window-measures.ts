import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import type { SequenceModel } from '@gramkit/spec';
import { uploadBatch } from '@gramkit/tensor';
import type { Window } from './window.js';

/** How a window went; the figures of docs/gram.md. A ratio whose divisor is zero is null. */
export interface WindowMeasures {
  /** Mean over the steps. */
  readonly rowRate: number;
  /** Root mean square of `H - h`, over elements. */
  readonly displacement: number;
  /** The same over the spread of the encodings: root mean square of `h` less the mean row. Good: .2 to .5. */
  readonly displacementOverSpread: number | null;
  /** `||H - CE||` after the regression over `||H - h||`. */
  readonly residual: number | null;
  /** Cosine of the encoder's change and the displacement, all rows as one vector. */
  readonly cosine: number | null;
  /** Norm of the summed moves over the sum of their norms, times the square root of the number of steps. */
  readonly coherence: number | null;
  /** The sequence model's loss of the window's last batch, without dropout of its own, on moved and on re-encoded rows. */
  readonly lossMoved: number;
  readonly lossReencoded: number;
  /** `(lossReencoded - lossMoved) / lossMoved` */
  readonly reencodeGap: number | null;
}

/** Measures a window after its regression; `reencoded` `[rows, dimension]` by the encoder as it is now, with the window's masks. */
export async function measureWindow(window: Window, reencoded: Tensor2D, model: SequenceModel): Promise<WindowMeasures> {
  const stacked = tf.tidy(() => tf.stack([...rowMeasures(window, reencoded), ...lastLosses(window, reencoded, model)]));
  const values = Array.from(await stacked.data());
  stacked.dispose();
  const [rowRates, moveNorms, moved, spread, left, changed, along, lossMoved, lossReencoded] = values as [number, number, number, number, number, number, number, number, number];
  const elements = Math.sqrt(reencoded.size);
  return {
    rowRate: rowRates / window.steps,
    displacement: moved / elements,
    displacementOverSpread: ratio(moved, spread),
    residual: ratio(left, moved),
    cosine: ratio(along, changed * moved),
    coherence: ratio(moved * Math.sqrt(window.steps), moveNorms),
    lossMoved,
    lossReencoded,
    reencodeGap: ratio(lossReencoded - lossMoved, lossMoved),
  };
}

/** Sums of the steps, then norms over all rows: of displacement, spread, what is left of the displacement, change; and their dot product. */
function rowMeasures(window: Window, reencoded: Tensor2D): Scalar[] {
  const { sums } = window;
  const [encodings, displacement] = [window.encodings(), window.displacement()];
  const change = tf.sub(reencoded, encodings);
  const spread = tf.sub(encodings, tf.mean(encodings, 0, true));
  const norm = (rows: tf.Tensor) => tf.sqrt(tf.sum(tf.square(rows))) as Scalar;
  return [sums.rowRates, sums.moveNorms, norm(displacement), norm(spread), norm(tf.sub(change, displacement)), norm(change), tf.sum(tf.mul(change, displacement))];
}

function lastLosses(window: Window, reencoded: Tensor2D, model: SequenceModel): Scalar[] {
  const batch = window.lastBatch!;
  const places = window.places(batch.itemIds);
  const onDevice = uploadBatch(batch);
  const pass = { training: false, seed: tf.scalar(0, 'int32') };
  return [window.at(places), tf.gather(reencoded, places)].map((rows) => model.loss(rows, onDevice, pass).loss);
}

function ratio(dividend: number, divisor: number): number | null {
  return divisor > 0 ? dividend / divisor : null;
}
