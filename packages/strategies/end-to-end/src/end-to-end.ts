import { JointStrategy } from '@gramkit/tensor';
import type { TrainedPair } from '@gramkit/tensor';
import { everyOccurrence } from './every-occurrence.js';
import type { EndToEndOptions } from './options.js';

/**
 * E2E, the reference: `L(phi, CE(c; theta))` with the item of every interaction encoded on its own, one backward pass.
 * Encoder work: `N_int` items a step, forward and backward.
 */
export class EndToEnd extends JointStrategy {
  constructor(pair: TrainedPair, options: EndToEndOptions) {
    super('end-to-end', pair, options, everyOccurrence);
  }
}
