import { GramkitError, type ItemContent, type Json, type TrainingCatalogue } from '@gramkit/spec';
import type { RunFolder } from './run-folder.js';
import { writeJson } from './write-file.js';

/** The catalogue of a run that begins: what components derive from its items is remembered until the run folder can keep it. */
export class NewCatalogue implements TrainingCatalogue {
  readonly #derived = new Map<string, Promise<Json>>();
  #items?: Promise<readonly ItemContent[]>;

  /** @param read the items in the order of their rows; called once, and only if something is derived */
  constructor(private readonly read: () => Promise<readonly ItemContent[]>) {}

  derive<Value extends Json>(name: string, derive: (items: readonly ItemContent[]) => Value | Promise<Value>): Promise<Value> {
    const derived = this.#derived.get(name) ?? this.#derive(derive);
    this.#derived.set(name, derived);
    return derived as Promise<Value>;
  }

  /** Writes into the run folder what was derived; no file where nothing was. */
  async keep({ derived }: RunFolder): Promise<void> {
    if (this.#derived.size === 0) return;
    const entries = await Promise.all(Array.from(this.#derived, async ([name, value]) => [name, await value] as const));
    await writeJson(derived, Object.fromEntries(entries));
  }

  async #derive(derive: (items: readonly ItemContent[]) => Json | Promise<Json>): Promise<Json> {
    this.#items ??= this.read();
    return derive(await this.#items);
  }
}

/** The catalogue of a run in a folder: gives back what was derived when the run began. */
export class KeptCatalogue implements TrainingCatalogue {
  #derived?: Promise<Readonly<Record<string, Json>>>;

  constructor(private readonly folder: RunFolder) {}

  async derive<Value extends Json>(name: string): Promise<Value> {
    this.#derived ??= this.folder.readJson(this.folder.derived) as Promise<Readonly<Record<string, Json>>>;
    const derived = await this.#derived;
    if (typeof derived === 'object' && derived !== null && Object.hasOwn(derived, name)) return derived[name] as Value;
    throw new GramkitError('CHECKPOINT_CORRUPT', `the run does not hold '${name}', which was derived from the items that it trains on`, {
      file: this.folder.derived, field: name, fix: 'Copy the whole run folder, with its configuration unchanged; or train anew.',
    });
  }
}
