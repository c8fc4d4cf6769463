import type { PluginSubject } from '../subject.js';

/** What the checks of a tokenizer need to know beside the plugin. */
export interface TokenizerSubject extends PluginSubject {
  /**
   * Options that give other rows, each set in the place of `options`: the fingerprint must differ with each. Numbers, switches and choices among
   * the options are changed without being told; name those that are lists or texts, such as the fields that are read.
   */
  readonly otherOptions?: readonly Readonly<Record<string, unknown>>[];
}
