import type { PluginSubject } from '../subject.js';

/** What the checks of a gradient strategy need to know of it. */
export interface StrategySubject extends PluginSubject {
  /** Whether every step hands both optimizers the gradients of end-to-end training. Default: no. */
  readonly exact?: boolean;
  /**
   * Which steps the encoder learns from. `every step` (default): whatever the last one brings changes it, once the strategy has finished.
   * `some steps`: it learns, but not from the last one, for instance where the sequence model settles. `none`: it stays as it is.
   */
  readonly encoderLearnsFrom?: 'every step' | 'some steps' | 'none';
  /** Of the runs that the checks make. Default: 3 epochs of 2 steps. The first and the last epoch may be of another sort than those between. */
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
}
