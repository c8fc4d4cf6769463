import type { ItemContent, ItemEncoder, PreparedItems, Preprocessor } from '@gramkit/spec';
import { tokens } from '@gramkit/spec';
import words from '@gramkit/tokenizer-words';
import { demand } from '../check.js';
import { withComponents, type ComponentScope } from '../surroundings/component-scope.js';
import { createComponent } from '../surroundings/create-component.js';
import { derivedCatalogue } from '../surroundings/derived-catalogue.js';
import { exampleItems } from '../surroundings/example-items.js';
import type { PluginOf } from '../surroundings/plugin-of.js';
import type { EncoderSubject } from './encoder-subject.js';

export type EncoderPlugin = PluginOf<'encoder'>;

/** How an encoder is created again. */
export interface AnotherEncoder {
  /** Default: that of the first. */
  readonly seed?: number;
  /** As in a run that goes on: what was derived from the training items is there, the items are not. */
  readonly resumed?: boolean;
}

/** An encoder under test, and items for it. */
export interface EncoderTrial {
  readonly scope: ComponentScope;
  readonly encoder: ItemEncoder;
  /** The encoder's own, or the tokenizer. */
  readonly preprocessor: Preprocessor;
  /** Those of the subject, and the first once more: alike, in another row. */
  readonly items: readonly ItemContent[];
  /** The items, prepared. */
  readonly catalogue: PreparedItems;
  /** The rows of the catalogue. */
  readonly rows: readonly number[];
  /** Row of the item with the most tokens. */
  readonly longest: number;
  another(how?: AnotherEncoder): Promise<ItemEncoder>;
}

/** Runs a check with an encoder of the subject's options. */
export function withEncoder(plugin: EncoderPlugin, subject: EncoderSubject, work: (trial: EncoderTrial) => Promise<void> | void): Promise<void> {
  return withComponents(async (scope) => {
    const maker = encoderMaker(scope, plugin, subject);
    const encoder = scope.own(await maker.create());
    const preprocessor = encoder.preprocessor ?? (await maker.tokenizer());
    const items = [...maker.items, maker.items[0]!];
    const catalogue = preprocessor.prepare(items);
    const rows = items.map((_, row) => row);
    const longest = rows.reduce((most, row) => (catalogue.lengthOf(row) > catalogue.lengthOf(most) ? row : most), 0);
    await work({ scope, encoder, preprocessor, items, catalogue, rows, longest, another: async (how) => scope.own(await maker.create(how)) });
  });
}

export interface EncoderMaker {
  readonly items: readonly ItemContent[];
  /** Belongs to the scope; made when it is first asked for. */
  tokenizer(): Promise<Preprocessor>;
  /** The caller disposes it. */
  create(how?: AnotherEncoder): Promise<ItemEncoder>;
}

/** Creates encoders that share a tokenizer and a training catalogue. */
export function encoderMaker(scope: ComponentScope, plugin: EncoderPlugin, subject: EncoderSubject): EncoderMaker {
  const items = subject.items ?? exampleItems;
  demand(items.length >= 2, `the subject has ${items.length} items`, 'give two items at least, unlike in length: a check is about what stands beside what.');
  const trainingCatalogue = derivedCatalogue(items);
  let tokenizing: Promise<Preprocessor> | undefined;
  const tokenizer = (): Promise<Preprocessor> => {
    const { plugin: used = words, options } = subject.tokenizer ?? { options: wordOptions(items) };
    tokenizing ??= scope.create(used, { ...subject, options }, { trainingCatalogue });
    return tokenizing;
  };
  const readsTokenizer = Object.values(plugin.dependencies).some(({ key }) => key === tokens.tokenizer.key);
  return {
    items,
    tokenizer,
    create: async ({ seed = 1, resumed = false } = {}) => createComponent(plugin, subject, {
      seed, trainingCatalogue: resumed ? trainingCatalogue.kept() : trainingCatalogue, ...(readsTokenizer && { tokenizer: await tokenizer() }),
    }),
  };
}

/** Reads `text`, or whatever fields items have instead. */
function wordOptions([first]: readonly ItemContent[]): Readonly<Record<string, unknown>> {
  const fields = Object.keys(first!.fields);
  return { fields: fields.includes('text') ? ['text'] : fields, maxLength: 24 };
}
