import type { Preprocessor } from '@gramkit/spec';
import { demand } from '../check.js';
import { propertiesOf } from '../common/option-schemas.js';
import type { PluginOf } from '../surroundings/plugin-of.js';
import { contentOf, type PreparationTrial } from './preparation-trial.js';
import { longText, itemOf } from './unusual-items.js';
import type { TokenizerSubject } from './tokenizer-subject.js';

type Options = Readonly<Record<string, unknown>>;

/** Where options give the same content other rows, the fingerprint is another one. */
export async function changesItsFingerprint({ preprocessor, items }: PreparationTrial, options: readonly Options[], create: (options: Options) => Promise<Preprocessor>): Promise<void> {
  const { fields } = preprocessor;
  const samples = fields === undefined ? items : [...items, itemOf(fields, longText(items, fields, 1500)), itemOf(fields, 'Capitals and 3 numbers: É, 42.')];
  const before = contentOf(preprocessor.prepare(samples));
  for (const each of options) {
    const other = await createdOrRefused(() => create(each));
    if (other === undefined) continue;
    const same = other.fields?.join() === fields?.join() ? contentOf(other.prepare(samples)) === before : false;
    demand(same || other.fingerprint !== preprocessor.fingerprint, `with the options ${JSON.stringify(each)} items have other rows, and the fingerprint is the same`, 'make `fingerprint` a hash of all that decides the rows: options, vocabulary, the version of the algorithm. Encodings are kept under it.');
  }
}

/** Numbers a little less and more and by half, switches turned, other choices: whatever of these the options allow. */
export async function optionsNearby(plugin: Pick<PluginOf<'tokenizer'>, 'options'>, { options = {} }: TokenizerSubject): Promise<readonly Options[]> {
  const parsed = await plugin.options.safeParseAsync(options);
  const values = (parsed.success ? parsed.data : {}) as Options;
  const nearby = propertiesOf(plugin.options).flatMap(([name, { enum: choices = [] }]) => otherValues(values[name], choices).map((value) => ({ ...options, [name]: value })));
  const taken = await Promise.all(nearby.map(async (each) => (await plugin.options.safeParseAsync(each)).success));
  return nearby.filter((_, place) => taken[place]);
}

function otherValues(value: unknown, choices: readonly unknown[]): readonly unknown[] {
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value - 1, value + 1, Math.floor(value / 2)];
  return choices.filter((choice) => choice !== value);
}

/** Options that the plugin refuses, such as a choice that needs a file, are none to compare. */
async function createdOrRefused(create: () => Promise<Preprocessor>): Promise<Preprocessor | undefined> {
  try {
    return await create();
  } catch {
    return undefined;
  }
}
