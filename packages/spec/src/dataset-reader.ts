import type { Component, Task } from './component.js';
import type { ItemContent } from './preprocessor.js';

/** Columns of a stretch of interactions, one entry an interaction. A user's interactions come in time order. */
export interface InteractionChunk {
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  /** Knowledge tracing: 1 correct, 0 not. Recommendation: 1 clicked. */
  readonly responses: Uint8Array;
  /** Milliseconds since 1970 or any rising number; absent where the order of rows is all there is. */
  readonly times?: Float64Array;
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
