import type { WindowMeasures } from './window-measures.js';

/** What the measures of a window say about the options; the signals of docs/gram.md. */
export interface WindowSignals {
  /** Something is wrong. */
  readonly warnings: readonly string[];
  /** Something could be cheaper. */
  readonly hints: readonly string[];
}

export function windowSignals({ reencodeGap, residual, coherence }: Pick<WindowMeasures, 'reencodeGap' | 'residual' | 'coherence'>): WindowSignals {
  const warnings: string[] = [];
  const hints: string[] = [];
  if (reencodeGap !== null && reencodeGap > 0.1) {
    warnings.push(`The encoder has not followed the rows: the loss is ${percent(reencodeGap)} higher on re-encoded rows. Give it more passes.`);
  }
  if (residual !== null && residual > 2) {
    warnings.push(`The encoder is ${residual.toFixed(1)} times as far from the rows as before the regression: the row rate is too small, or the encoder's learning rate too large.`);
  }
  if (reencodeGap !== null && reencodeGap < 0.03) hints.push(`The encoder follows closely (${percent(reencodeGap)}): the interval may double.`);
  if (coherence !== null && coherence < 0.6) hints.push(`The gradients of the window agree little (coherence ${coherence.toFixed(2)}): a longer interval adds little.`);
  return { warnings, hints };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
