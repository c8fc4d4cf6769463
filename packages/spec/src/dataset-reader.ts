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

/** Reads a data set in its own format, in stretches: never the whole of it at once. */
export interface DatasetReader extends Component {
  readonly kind: 'reader';
  readonly task: Task;
  /** Changes whenever the files or options that decide the content change. */
  fingerprint(): Promise<string>;
  /** @throws GramkitError DATA_MALFORMED with file and line. */
  items(): AsyncIterable<readonly ItemContent[]>;
  /** @throws GramkitError DATA_MALFORMED with file and line. */
  interactions(): AsyncIterable<InteractionChunk>;
}
