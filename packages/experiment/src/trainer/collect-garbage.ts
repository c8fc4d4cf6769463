import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects garbage once, between the loading of a run's parts and its training. JavaScript collects by the growth of its own heap, and what
 * loading leaves behind (files of weights, texts, columns of data) lies outside it: uncollected, it adds its 90 MB to the peak of training.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
