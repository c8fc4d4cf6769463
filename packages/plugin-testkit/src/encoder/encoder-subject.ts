import type { PluginOf } from '../surroundings/plugin-of.js';
import type { PluginSubject } from '../subject.js';

/** What the checks of an encoder need to know beside the plugin. */
export interface EncoderSubject extends PluginSubject {
  /**
   * The tokenizer that prepares its items, with options as in a configuration: give the one whose vocabulary a pre-trained encoder has.
   * Default: whole words of the items, 24 of a text at most. Not used where the encoder has a preprocessor of its own.
   */
  readonly tokenizer?: { readonly plugin: PluginOf<'tokenizer'>; readonly options?: Readonly<Record<string, unknown>> };
  /** Names of the weights that the options freeze. */
  readonly frozen?: readonly string[];
}
