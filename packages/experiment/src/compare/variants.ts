import { GramkitError, type Json } from '@gramkit/spec';
import { withStrategy } from '../configuration/strategy-shorthand.js';

/** A configuration as it is written, by section. */
export type WrittenSections = Readonly<Record<string, Json>>;
type Section = Readonly<Record<string, Json>>;

/** Variants by name, each a list of settings `path.to.key=value`; `strategy=NAME[:INTERVAL]` names a strategy as `--strategies` does. */
export type CustomVariants = Readonly<Record<string, readonly string[]>>;

/** Baselines of the paper that are another encoder, by the names that a comparison takes. What starts from nothing learns at the sequence model's rate. */
const baselines: Readonly<Record<string, (base: WrittenSections) => WrittenSections>> = {
  /** NoContent: a trained vector an item. */
  'no-content': (base) => ({ ...fromScratch(base), encoder: { use: 'id' } }),
  /** EERNN: trained word vectors and a bidirectional LSTM, over the fields that the configuration reads. */
  eernn: (base) => ({ ...fromScratch(base), encoder: { use: 'bilstm' }, tokenizer: { use: 'words', ...picked(sectionOf(base, 'tokenizer'), ['fields', 'maxLength']) } }),
  /** NoFinetune. */
  'no-finetune': (base) => ({ ...base, strategy: withStrategy(sectionOf(base, 'strategy'), 'frozen') }),
};

export const baselineNames: readonly string[] = Object.keys(baselines);

/** What makes one configuration of a comparison out of the common one: sections put in place, then settings of the command line's form. */
export interface Variant {
  readonly sections: WrittenSections;
  readonly overrides: readonly string[];
}

/**
 * The variant that a name means: one of `custom`, a baseline of the paper, or a strategy, with an interval where it takes one.
 * @throws GramkitError USAGE for what is no name.
 */
export function variantOf(name: string, base: WrittenSections, custom: CustomVariants = {}): Variant {
  const settings = custom[name];
  if (settings === undefined) return { sections: baselines[name]?.(base) ?? { ...base, strategy: withStrategy(sectionOf(base, 'strategy'), name) }, overrides: [] };
  const isStrategy = (setting: string): boolean => /^strategy=[^{]/.test(setting);
  const strategy = settings.findLast(isStrategy)?.slice('strategy='.length);
  const sections = strategy === undefined ? base : { ...base, strategy: withStrategy(sectionOf(base, 'strategy'), strategy) };
  return { sections, overrides: settings.filter((setting) => !isStrategy(setting)) };
}

/**
 * `NAME=path.to.key=value,path=value`: a variant as the command line takes it. A comma separates settings only where another one follows it.
 * @throws GramkitError USAGE
 */
export function parseVariant(text: string): readonly [name: string, settings: readonly string[]] {
  const [, name, settings] = /^([^=\s,]+)=([A-Za-z][\w.-]*=.*)$/s.exec(text) ?? [];
  if (name === undefined || settings === undefined) {
    throw new GramkitError('USAGE', `'${text}' is no variant`, { fix: "Write 'NAME=path.to.key=value,path=value', for instance 'small=model.hidden=64,strategy=multi-step:1e'." });
  }
  return [name, settings.split(/,(?=[A-Za-z][\w.-]*=)/)];
}

function fromScratch(base: WrittenSections): WrittenSections {
  const optimizers = sectionOf(base, 'optimizers');
  return { ...base, strategy: withStrategy(sectionOf(base, 'strategy'), 'single-step'), optimizers: { ...optimizers, encoder: optimizers['model']! } };
}

function sectionOf(base: WrittenSections, name: string): Section {
  return base[name] as Section;
}

function picked(section: Section, keys: readonly string[]): Section {
  return Object.fromEntries(keys.filter((key) => section[key] !== undefined).map((key) => [key, section[key]!]));
}
