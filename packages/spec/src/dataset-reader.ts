import type { Component, Task } from './component.js';
import type { ItemContent } from './preprocessor.js';

/**
 * Columns of a stretch of interactions, one entry an interaction. A user's interactions come in time order.
 * A chunk is valid until the next one is asked for: a reader may fill the same arrays again.
 */
export interface InteractionChunk {
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  /** Knowledge tracing: 1 correct, 0 not. Recommendation: 1 clicked. */
  readonly responses: Uint8Array;
  /** Milliseconds since 1970 or any rising number; absent where the order of rows is all there is. */
  readonly times?: Float64Array;
  /** 1 where the data set itself holds the interaction's user out for testing, the same for all of a user's; absent where it brings no split. */
  readonly heldOut?: Uint8Array;
  /** True probabilities of a response of 1, known of generated data alone. */
  readonly probabilities?: Float32Array;
}

/**
 * Impressions: lists of items that were shown, of which some were clicked. One entry an impression. A user's impressions come in time order.
 * A chunk is valid until the next one is asked for.
 */
export interface ImpressionChunk {
  readonly userIds: readonly string[];
  /** The items that the user had clicked before, oldest first; may be empty. */
  readonly histories: readonly (readonly string[])[];
  /** The items shown, in their order. */
  readonly candidates: readonly (readonly string[])[];
  /** 1 where the candidate was clicked, 0 where not; the length of the impression's candidates. */
  readonly clicks: readonly Uint8Array[];
  /** As of interactions. */
  readonly times?: Float64Array;
  /** 1 where the data set itself holds the impression out for testing: the last ones of a user. */
  readonly heldOut?: Uint8Array;
  /** True probabilities that each candidate is clicked, known of generated data alone. */
  readonly probabilities?: readonly Float32Array[];
}

/**
 * Reads a data set in its own format, in stretches: never the whole of it at once. It can be read again and again, also where a reading was left
 * off, and gives the same each time. Events name items of `items()` alone; others are left out and counted, or refused.
 */
export interface DatasetReader extends Component {
  readonly kind: 'reader';
  readonly task: Task;
  /** Changes whenever the files or options that decide the content change. */
  fingerprint(): Promise<string>;
  /** @throws GramkitError DATA_MALFORMED with file and line. */
  items(): AsyncIterable<readonly ItemContent[]>;
  /**
   * Empty where the data set has impressions.
   * @throws GramkitError DATA_MALFORMED with file and line.
   */
  interactions(): AsyncIterable<InteractionChunk>;
  /**
   * Recommendation only, in place of `interactions`; absent where a data set has clicks but does not know what was shown beside them.
   * @throws GramkitError DATA_MALFORMED with file and line.
   */
  impressions?(): AsyncIterable<ImpressionChunk>;
  /** What it left out although nothing was malformed, by reason in plain words, counted in the last reading of items and events: for the report of an import. */
  leftOut?(): Readonly<Record<string, number>>;
}
