import type { z } from 'zod';
import type { Component, ComponentKind, SpecificationVersion, Task } from './component.js';
import type { DatasetReader } from './dataset-reader.js';
import type { GradientStrategy } from './gradient-strategy.js';
import type { ItemEncoder } from './item-encoder.js';
import type { Optimizer } from './optimizer.js';
import type { Preprocessor } from './preprocessor.js';
import type { SequenceModel } from './sequence-model.js';
import type { DependencyToken } from './tokens.js';

const brand = Symbol.for('gramkit.plugin');

/** What a token id stands for: a whole word, or a piece of a word out of a pre-trained vocabulary. */
export type TokenUnit = 'word' | 'piece';

/** The component that each kind of plugin makes. */
export interface ComponentOf {
  readonly tokenizer: Preprocessor;
  readonly encoder: ItemEncoder;
  readonly model: SequenceModel;
  readonly strategy: GradientStrategy;
  readonly optimizer: Optimizer;
  readonly reader: DatasetReader;
}

export type DependencyTokens = Readonly<Record<string, DependencyToken<unknown>>>;

/** The values behind a record of tokens. */
export type Resolved<Dependencies extends DependencyTokens> = {
  readonly [Name in keyof Dependencies]: Dependencies[Name] extends DependencyToken<infer Value> ? Value : never;
};

/** What a plugin module exports by default. */
export interface PluginDefinition<
  Kind extends ComponentKind = ComponentKind,
  Options extends z.ZodType = z.ZodType,
  Dependencies extends DependencyTokens = DependencyTokens,
> {
  readonly specificationVersion: SpecificationVersion;
  readonly kind: Kind;
  readonly name: string;
  /** One sentence for `gram plugins` and the configuration reference. */
  readonly description: string;
  /** Of a model or reader that knows one task only: a mismatch is refused before anything is created. */
  readonly task?: Task;
  /** Of a reader of more than one task, in place of `task`: the one that its options choose. */
  taskOf?(options: z.output<Options>): Task;
  /**
   * Of a tokenizer: what its ids stand for. Of an encoder whose token table was trained before: what it was trained on. Where both say
   * something else, the two are refused before anything is created. An encoder that learns its table from the start says nothing.
   */
  readonly tokenUnit?: TokenUnit;
  /**
   * Of an optimizer: the option (keys joined by dots) that would say how many updates it makes in all, where its options need that number and
   * leave it to the strategy (`Optimizer.plan`). Beside a strategy that cannot tell, it is refused before anything is created.
   */
  missingUpdateCount?(options: z.output<Options>): string | undefined;
  /** Of a strategy: the networks of which it cannot tell, before it has trained, how many updates it makes. */
  readonly uncountedUpdates?: readonly ('encoder' | 'model')[];
  /** A strict zod object: unknown keys are refused. Defaults and descriptions show in the configuration reference. */
  readonly options: Options;
  /** What `create` is given beside its options, by the names used here. */
  readonly dependencies: Dependencies;
  create(given: { readonly options: z.output<Options> } & Resolved<Dependencies>): Promise<ComponentOf[Kind]> | ComponentOf[Kind];
}

/** A plugin of any kind, as the container handles it. */
export type Plugin = Omit<PluginDefinition, 'create' | 'taskOf' | 'missingUpdateCount'> & {
  missingUpdateCount?(options: Readonly<Record<string, unknown>>): string | undefined;
  taskOf?(options: Readonly<Record<string, unknown>>): Task;
  create(given: Readonly<Record<string, unknown>>): Promise<Component> | Component;
};

/** Brands a plugin, so that the container recognises it whichever copy of this package made it. */
export function definePlugin<Kind extends ComponentKind, Options extends z.ZodType, const Dependencies extends DependencyTokens>(
  definition: PluginDefinition<Kind, Options, Dependencies>,
): PluginDefinition<Kind, Options, Dependencies> {
  return Object.freeze({ ...definition, [brand]: true });
}

/** Whether `value` was made by `definePlugin`. */
export function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}
