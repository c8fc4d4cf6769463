import type { PluginSubject } from '../subject.js';

/** What the checks of an optimizer need to know of it. */
export interface OptimizerSubject extends PluginSubject {
  /** Updates after which a quadratic must have fallen. Default 20; more where the learning rate rises slowly. */
  readonly updates?: number;
}
