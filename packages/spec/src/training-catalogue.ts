import type { Json } from './component.js';
import type { ItemContent } from './preprocessor.js';

/**
 * The items that a run trains on, as far as components are made from them: a vocabulary, the list of their ids.
 *
 * Components are created before the data set is cut into batches, and again whenever the run is resumed, evaluated or predicts, then perhaps
 * beside other items or without the data set. So nobody is given the items to keep: what was derived from them stays with the run.
 */
export interface TrainingCatalogue {
  /**
   * What a component needs to know of the items: derived from them (row = place in the list) when a run begins, then kept in the run folder
   * and read from there ever after.
   * @param name of what is derived, unique among the components of a run: `tokenizer-words.vocabulary`
   * @throws GramkitError whatever the data set gives cause to; CHECKPOINT_CORRUPT where the run folder does not hold what was derived.
   */
  derive<Value extends Json>(name: string, derive: (items: readonly ItemContent[]) => Value | Promise<Value>): Promise<Value>;
}
