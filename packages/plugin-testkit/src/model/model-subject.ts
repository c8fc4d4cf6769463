import type { PluginSubject } from '../subject.js';

/** What the checks of a sequence model need to know of it. */
export interface ModelSubject extends PluginSubject {
  /** d, the length of the item encodings that it is made for. Default 8. */
  readonly dimension?: number;
}
