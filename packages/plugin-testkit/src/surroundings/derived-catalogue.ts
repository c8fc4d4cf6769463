import type { ItemContent, Json, TrainingCatalogue } from '@gramkit/spec';

/** Derives from `items` what is asked for, once by name. As in a run that is resumed, everybody gets what JSON keeps of it. */
export function derivedCatalogue(items: readonly ItemContent[]): TrainingCatalogue {
  const derived = new Map<string, Promise<Json>>();
  const derive = async (from: (items: readonly ItemContent[]) => Json | Promise<Json>): Promise<Json> => JSON.parse(JSON.stringify(await from(items))) as Json;
  return {
    derive: async <Value extends Json>(name: string, from: (items: readonly ItemContent[]) => Value | Promise<Value>) => {
      const value = derived.get(name) ?? derive(from);
      derived.set(name, value);
      return (await value) as Value;
    },
  };
}
