import type { ItemContent, Preprocessor } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import { type ConformanceCheck, demand } from '../check.js';
import { demandDisposal } from '../common/disposal.js';
import { demandDeclared } from '../common/declared.js';
import { failsAsTheSubjectSays, thrownBy } from '../common/error-codes.js';
import { refusesUnknownOptions } from '../common/unknown-options.js';
import { declareChecks } from '../declare-checks.js';
import { withComponents } from '../surroundings/component-scope.js';
import { createComponent } from '../surroundings/create-component.js';
import { derivedCatalogue } from '../surroundings/derived-catalogue.js';
import { exampleItems } from '../surroundings/example-items.js';
import type { PluginOf } from '../surroundings/plugin-of.js';
import { changesItsFingerprint, optionsNearby } from './fingerprint.js';
import { ignoresPadding, isPure } from './independence.js';
import { contentOf, preparationOf, type PreparationTrial } from './preparation-trial.js';
import { refusesWhatIsNotThere } from './refusals.js';
import { countsItsTokens, givesItsShapes } from './shapes.js';
import { keepsSpecialTokens, takesAnyText } from './texts.js';
import type { TokenizerSubject } from './tokenizer-subject.js';

export type TokenizerPlugin = PluginOf<'tokenizer'>;

/** A tokenizer of the subject's options, and others of the same training items. */
interface TokenizerTrial extends PreparationTrial {
  another(how?: { readonly options?: Readonly<Record<string, unknown>>; readonly resumed?: boolean }): Promise<Preprocessor>;
}

/** What every tokenizer must do. */
export function tokenizerChecks(plugin: TokenizerPlugin, subject: TokenizerSubject = {}): readonly ConformanceCheck[] {
  const check = (name: string, work: (trial: TokenizerTrial) => Promise<void> | void): ConformanceCheck => ({ name, run: () => withTokenizer(plugin, subject, work) });
  return [
    check('declares what the container needs', (trial) => declaresWhatTheContainerNeeds(plugin, trial)),
    check('gives its shapes', givesItsShapes),
    check('counts its tokens', countsItsTokens),
    check('takes any text', takesAnyText),
    check('keeps special tokens', async (trial) => keepsSpecialTokens(trial, await maximumLengthOf(plugin, subject))),
    check('ignores padding', ignoresPadding),
    check('is pure', isPure),
    check('is deterministic', isDeterministic),
    check('changes its fingerprint with its options', async (trial) => changesItsFingerprint(trial, [...(await optionsNearby(plugin, subject)), ...(subject.otherOptions ?? [])], (options) => trial.another({ options }))),
    check('survives save and load', survivesSaveAndLoad),
    { name: 'leaks no tensors', run: () => leaksNoTensors(plugin, subject) },
    { name: 'refuses unknown options', run: () => refusesUnknownOptions(plugin, subject) },
    check('throws errors with codes', async (trial) => {
      await refusesWhatIsNotThere(trial);
      await failsAsTheSubjectSays(plugin, subject);
    }),
  ];
}

/** Declares the checks of a tokenizer as tests of the calling file. */
export function testTokenizer(plugin: TokenizerPlugin, subject: TokenizerSubject = {}): void {
  declareChecks(`the tokenizer '${plugin.name}'`, tokenizerChecks(plugin, subject));
}

function withTokenizer(plugin: TokenizerPlugin, subject: TokenizerSubject, work: (trial: TokenizerTrial) => Promise<void> | void): Promise<void> {
  return withComponents(async (scope) => {
    const items = itemsOf(subject);
    const trainingCatalogue = derivedCatalogue(items);
    const another: TokenizerTrial['another'] = ({ options, resumed = false } = {}) =>
      scope.create(plugin, options === undefined ? subject : { ...subject, options }, { trainingCatalogue: resumed ? trainingCatalogue.kept() : trainingCatalogue });
    await work({ ...preparationOf(await another(), items), another });
  });
}

function itemsOf({ items = exampleItems }: TokenizerSubject): readonly ItemContent[] {
  demand(items.length >= 2, `the subject has ${items.length} items`, 'give two items at least, unlike in length: a check is about what stands beside what.');
  return items;
}

/** Of the tokenizer's options: `maxLength` is what they all call it. */
async function maximumLengthOf(plugin: TokenizerPlugin, { options = {} }: TokenizerSubject): Promise<number | undefined> {
  const { maxLength } = (await plugin.options.parseAsync(options)) as { readonly maxLength?: unknown };
  return typeof maxLength === 'number' ? maxLength : undefined;
}

function declaresWhatTheContainerNeeds(plugin: TokenizerPlugin, { preprocessor, items }: PreparationTrial): void {
  demandDeclared(plugin, preprocessor);
  const { vocabularySize, vocabulary, fingerprint, fields } = preprocessor;
  demand(Number.isInteger(vocabularySize) && vocabularySize >= 0, `\`vocabularySize\` is ${vocabularySize}`, 'make it the number of token ids, the padding id among them; 0 where rows hold none.');
  demand(vocabulary === undefined || vocabulary.length === vocabularySize, `\`vocabulary\` has ${vocabulary?.length} words, and \`vocabularySize\` is ${vocabularySize}`, 'list the word behind every id, special ones too, or leave `vocabulary` out.');
  demand(typeof fingerprint === 'string' && fingerprint !== '', `\`fingerprint\` is ${JSON.stringify(fingerprint)}`, 'make it a hash of all that decides the rows.');
  const missing = (fields ?? []).filter((field) => !(field in items[0]!.fields));
  demand(missing.length === 0, `\`fields\` names ${missing.join(', ')}, which the items do not have`, 'name the fields that are read, and give the subject items that have them.');
}

async function isDeterministic({ preprocessor, items, prepared, another }: TokenizerTrial): Promise<void> {
  const twin = await another();
  demand(twin.fingerprint === preprocessor.fingerprint, 'a tokenizer of the same options and training items has another fingerprint', 'leave the time, random numbers, paths and the order of a Map that comes from elsewhere out of it: a run that goes on would not find its items.');
  demand(twin.vocabularySize === preprocessor.vocabularySize && twin.vocabulary?.join('\n') === preprocessor.vocabulary?.join('\n'), 'a tokenizer of the same options and training items has another vocabulary', 'bring words into an order that they decide themselves, by how often they occur and then by the alphabet.');
  demand(contentOf(twin.prepare(items)) === contentOf(prepared), 'a tokenizer of the same options and training items gives other rows', 'let rows depend on options, training items and the item alone.');
}

async function survivesSaveAndLoad({ items, another, ...first }: TokenizerTrial): Promise<void> {
  const identityOf = (tokenizer: Preprocessor): string => `${tokenizer.fingerprint} ${contentOf(tokenizer.prepare(items))}`;
  const before = identityOf(first.preprocessor);
  // What is another one at every creation is another one here too: `is deterministic` says so.
  if (identityOf(await another()) !== before) return;
  const mend = 'keep in `derive` of `tokens.trainingCatalogue` all that is learned from the training items, as plain JSON: no Map, no undefined, no number that is not finite.';
  const resumed = async (): Promise<string> => identityOf(await another({ resumed: true }));
  const thrown = await thrownBy(resumed);
  demand(thrown === undefined, `in a run that goes on, creating the tokenizer gives '${String(thrown?.error)}'`, mend);
  demand((await resumed()) === before, 'in a run that goes on, the tokenizer has another fingerprint or gives other rows', mend);
}

/** A tokenizer computes on the host; whatever tensors it does use are freed. */
function leaksNoTensors(plugin: TokenizerPlugin, subject: TokenizerSubject): Promise<void> {
  return withComponents(async () => {
    const items = itemsOf(subject);
    const start = tf.memory().numTensors;
    const tokenizer = await createComponent(plugin, subject, { trainingCatalogue: derivedCatalogue(items) });
    const held = tf.memory().numTensors;
    for (let time = 0; time < 3; time++) tokenizer.prepare(items).collate([0, 1]);
    const left = tf.memory().numTensors - held;
    demand(left === 0, `preparing items three times left ${left} tensors`, 'compute on the host, with plain typed arrays: `collate` gives no tensors.');
    demandDisposal(tokenizer, start, 'dispose in `dispose` what `create` makes, and nothing else; a second call does nothing.');
  });
}
