import type { ItemContent, Json, TrainingCatalogue } from '@gramkit/spec';
import { ConformanceFailure } from '../check.js';

/** A training catalogue, and what a run that is resumed has of it. */
export interface DerivedCatalogue extends TrainingCatalogue {
  /** Gives what has been derived so far, and knows no items any more. */
  kept(): TrainingCatalogue;
}

/** Derives from `items` what is asked for, once by name. What is kept of it is what JSON keeps, as it stands in a run folder. */
export function derivedCatalogue(items: readonly ItemContent[]): DerivedCatalogue {
  const derived = new Map<string, Promise<Json>>();
  return {
    derive: async <Value extends Json>(name: string, from: (items: readonly ItemContent[]) => Value | Promise<Value>) => {
      const value = derived.get(name) ?? Promise.resolve(from(items));
      derived.set(name, value);
      return (await value) as Value;
    },
    kept: () => ({
      derive: async <Value extends Json>(name: string) => {
        const value = derived.get(name);
        if (value === undefined) throw new ConformanceFailure(`'${name}' was not derived from the training items when the component was first created`, 'ask the training catalogue for the same names at every creation: a run that is resumed has what was derived when it began, and no items.');
        return JSON.parse(JSON.stringify(await value)) as Value;
      },
    }),
  };
}
