import { resolve } from 'node:path';
import { GramkitError, isGramkitError, type Json, type Plugin, type Task } from '@gramkit/spec';
import { metricNames } from '../metrics/evaluation-metrics.js';
import { type PluginSources, resolvePlugin } from '../plugins/resolve-plugin.js';
import { readConfiguration, type ConfigurationDocument, type DocumentOptions } from './document.js';
import { explainIssues, type ExplainedIssue } from './issues.js';
import { type Place, places } from './places.js';
import { configurationError, type ConfigurationProblem } from './problem.js';
import { outputFolder, type ResolvedComponent, type ResolvedConfiguration } from './resolved-configuration.js';
import { configurationSchema, dataKeys, type WrittenConfiguration } from './schema.js';
import { jsonSchemaOf, type JsonSchema, keysOf } from './schema-keys.js';

/** How a configuration is read. */
export interface ConfigurationOptions extends DocumentOptions {
  /** Plugin instances that the embedding program brings. */
  readonly plugins?: readonly Plugin[];
}

/**
 * Reads a configuration file, checks it and its plugins' options, and fills in every default. Loads the plugins it names and no others.
 * @throws GramkitError CONFIGURATION_INVALID with every problem there is; CONFIGURATION_UNREADABLE; USAGE; or, where it is all that is wrong,
 * the error of a plugin that cannot be resolved.
 */
export async function loadConfiguration(file: string, options: ConfigurationOptions = {}): Promise<ResolvedConfiguration> {
  return resolveConfiguration(await readConfiguration(file, options), options.plugins);
}

/** The same from a document that has been read. */
export async function resolveConfiguration(document: ConfigurationDocument, plugins: readonly Plugin[] = []): Promise<ResolvedConfiguration> {
  const problems = new Problems(document);
  const written = checkShape(document, problems);
  const baseDirectory = resolve(document.baseDirectory, written?.baseDirectory ?? '.');
  const sources = { projectDirectory: baseDirectory, registered: plugins };
  const components: NamedComponents = {};
  for (const place of places) {
    const component = await resolveComponent(place, sectionAt(written ?? document.value, place.path), sources, problems);
    if (component !== undefined) components[place.name] = component;
  }
  checkTask(components, problems);
  checkTokenUnit(components, problems);
  checkUpdateCounts(components, problems);
  if (written !== undefined) checkWatched(written, components, problems);
  problems.throwIfAny();
  return assemble(written!, components as ResolvedConfiguration['components'], baseDirectory, document.name);
}

function assemble(written: WrittenConfiguration, components: ResolvedConfiguration['components'], baseDirectory: string, name: string): ResolvedConfiguration {
  return {
    seed: written.seed,
    baseDirectory,
    output: outputFolder(written.output, name, baseDirectory),
    components,
    split: written.data.split,
    windowLength: written.data.windowLength,
    recommendation: { historyLength: written.data.historyLength, negatives: written.data.negatives, evaluationNegatives: written.data.evaluationNegatives },
    training: written.training,
    engine: written.engine,
  };
}

/** A component whose plugin is known; options only where there is nothing wrong with them. */
type NamedComponent = Pick<ResolvedComponent, 'use' | 'plugin'> & Partial<Pick<ResolvedComponent, 'options' | 'written'>>;
type NamedComponents = Partial<Record<Place['name'], NamedComponent>>;

/** Collects what is wrong, and the plugin errors among it, which are thrown as they are where they stand alone. */
class Problems {
  readonly #found: { readonly problem: ConfigurationProblem; readonly error?: GramkitError }[] = [];

  constructor(private readonly document: Pick<ConfigurationDocument, 'placeOf' | 'fixOfMissing'>) {}

  add({ path, message, fix: explained, isMissing }: ExplainedIssue): void {
    const fix = explained ?? (isMissing === true ? this.document.fixOfMissing?.(path) : undefined);
    this.#found.push({ problem: { field: path.map(String).join('.') || '(top)', message, place: this.document.placeOf(path), ...(fix === undefined ? {} : { fix }) } });
  }

  addError(path: readonly string[], error: GramkitError): void {
    const place = this.document.placeOf(path);
    const { fix } = error.details;
    const placed = new GramkitError(error.code, error.message, { ...error.details, file: place.source, field: path.join('.'), ...(place.line === undefined ? {} : { line: place.line }) });
    this.#found.push({ problem: { field: path.join('.'), message: error.message, place, ...(fix === undefined ? {} : { fix }) }, error: placed });
  }

  throwIfAny(): void {
    const [first] = this.#found;
    if (first === undefined) return;
    throw this.#found.length === 1 && first.error !== undefined ? first.error : configurationError(this.#found.map(({ problem }) => problem));
  }
}

const configurationKeys: JsonSchema = jsonSchemaOf(configurationSchema);

function checkShape(document: ConfigurationDocument, problems: Problems): WrittenConfiguration | undefined {
  const checked = configurationSchema.safeParse(document.value ?? {});
  if (checked.success) return checked.data;
  for (const issue of explainIssues(checked.error.issues, (path) => keysOf(configurationKeys, path))) problems.add(issue);
  return undefined;
}

/** The raw section of a place; with a configuration that failed its check, what can be made of it. */
function sectionAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((parent, key) => (isRecord(parent) ? parent[key] : undefined), value);
}

/**
 * One component outside a configuration file, its options checked as they would be there.
 * @throws GramkitError CONFIGURATION_INVALID; PLUGIN_NOT_FOUND and the like.
 */
export async function resolveSection(name: Place['name'], section: Readonly<Record<string, unknown>>, baseDirectory: string, plugins: readonly Plugin[] = []): Promise<ResolvedComponent> {
  const value = { [name]: section };
  return resolvePart(name, { value, source: `(${name})`, baseDirectory, name, placeOf: () => ({ source: `(${name})` }) }, plugins);
}

/**
 * One component of a configuration; whatever else is written there is not looked at.
 * @throws GramkitError CONFIGURATION_INVALID; PLUGIN_NOT_FOUND and the like.
 */
export async function resolvePart(name: Place['name'], document: ConfigurationDocument, plugins: readonly Plugin[] = []): Promise<ResolvedComponent> {
  const place = places.find((candidate) => candidate.name === name)!;
  const problems = new Problems(document);
  const section = sectionAt(document.value, place.path);
  if (useOf(section) === undefined) problems.add({ path: place.path, message: `expected a section with 'use', the name of a ${place.kind}` });
  const component = await resolveComponent(place, section, { projectDirectory: document.baseDirectory, registered: plugins }, problems);
  problems.throwIfAny();
  return component as ResolvedComponent;
}

/** Undefined where no plugin is named, or the one that is cannot be had. */
async function resolveComponent(place: Place, section: unknown, sources: PluginSources, problems: Problems): Promise<NamedComponent | undefined> {
  const use = useOf(section);
  if (use === undefined || !isRecord(section)) return undefined;
  try {
    const plugin = await resolvePlugin(place.kind, use, sources);
    return await checkOptions(place, use, plugin, section, problems);
  } catch (error) {
    if (!isGramkitError(error)) throw error;
    problems.addError([...place.path, 'use'], error);
    return undefined;
  }
}

function useOf(section: unknown): string | undefined {
  return isRecord(section) && typeof section['use'] === 'string' && section['use'] !== '' ? section['use'] : undefined;
}

async function checkOptions(place: Place, use: string, plugin: Plugin, section: Readonly<Record<string, unknown>>, problems: Problems): Promise<NamedComponent> {
  const known = jsonSchemaOf(plugin.options);
  const ours = ownKeys(place);
  refuseOwnKeys(plugin, use, keysOf(known), ours);
  const given = withPlaceDefaults(place, known, optionsOf(section, ours));
  const checked = await plugin.options.safeParseAsync(given);
  if (checked.success) return { use, plugin, options: checked.data as Record<string, unknown>, written: fillDefaults(given, known) };
  for (const issue of explainIssues(checked.error.issues, (path) => [...keysOf(known, path), ...(path.length === 0 ? ours : [])])) {
    problems.add({ ...issue, path: [...place.path, ...issue.path] });
  }
  return { use, plugin };
}

/** Keys of a section that are not its plugin's. */
function ownKeys({ name }: Place): readonly string[] {
  return name === 'data' ? ['use', ...Object.keys(dataKeys)] : ['use'];
}

/** An option of such a name could never be set. */
function refuseOwnKeys({ kind }: Plugin, use: string, options: readonly string[], ours: readonly string[]): void {
  const taken = options.find((option) => ours.includes(option));
  if (taken === undefined) return;
  throw new GramkitError('PLUGIN_INVALID', `the ${kind} '${use}' has an option '${taken}', which is a key of every configuration`, { field: taken, fix: 'Its author must name the option otherwise.' });
}

/** A section less those keys. */
function optionsOf(section: Readonly<Record<string, unknown>>, ours: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(section).filter(([key]) => !ours.includes(key)));
}

function withPlaceDefaults(place: Place, known: JsonSchema, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const keys = new Set(keysOf(known));
  return { ...Object.fromEntries(Object.entries(place.defaults).filter(([key]) => keys.has(key))), ...given };
}

/** What was written, with the schema's defaults where nothing was: in the form a user writes, also where the schema transforms it. */
function fillDefaults(given: Readonly<Record<string, unknown>>, schema: JsonSchema): Record<string, Json> {
  const filled: Record<string, unknown> = { ...given };
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (filled[key] === undefined && property.default !== undefined) filled[key] = property.default;
    const nested = filled[key];
    if (isRecord(nested) && property.properties !== undefined) filled[key] = fillDefaults(nested, property);
  }
  return filled as Record<string, Json>;
}

function checkTask(components: NamedComponents, problems: Problems): void {
  const reader = taskOf(components.data);
  const model = taskOf(components.model);
  if (reader === undefined || model === undefined || reader === model) return;
  problems.addError(['model', 'use'], new GramkitError('PLUGIN_MISMATCH', `the model '${components.model!.use}' is for ${model}, the data set '${components.data!.use}' for ${reader}`, { fix: `Name a model for ${reader}, or a data set for ${model}.` }));
}

/** The one task that a component is for, where its plugin tells before it is created; also with wrong options, unless they are what tells. */
function taskOf(component: NamedComponent | undefined): Task | undefined {
  if (component === undefined) return undefined;
  const { plugin, options } = component;
  return (options === undefined ? undefined : plugin.taskOf?.(options)) ?? plugin.task;
}

/** An encoder whose token table was trained on pieces of words has no vectors for whole words, and the other way round. */
function checkTokenUnit({ tokenizer, encoder }: NamedComponents, problems: Problems): void {
  const [given, read] = [tokenizer?.plugin.tokenUnit, encoder?.plugin.tokenUnit];
  if (given === undefined || read === undefined || given === read) return;
  problems.addError(['tokenizer', 'use'], new GramkitError('PLUGIN_MISMATCH', `the tokenizer '${tokenizer!.use}' gives ids of ${given}s, and the encoder '${encoder!.use}' has vectors of ${read}s out of its own vocabulary`, {
    fix: `Name a tokenizer of the encoder's vocabulary, or an encoder that learns its vectors (bilstm).`,
  }));
}

/** A schedule that ends must be told where, by its options or by the strategy. */
function checkUpdateCounts(components: NamedComponents, problems: Problems): void {
  const { strategy } = components;
  for (const network of strategy?.plugin.uncountedUpdates ?? []) {
    const place = places.find(({ name }) => name === `${network}Optimizer`)!;
    const { plugin, options, use } = components[place.name] ?? {};
    const missing = options === undefined ? undefined : plugin?.missingUpdateCount?.(options);
    if (missing === undefined) continue;
    problems.add({
      path: [...place.path, ...missing.split('.')],
      message: `the optimizer '${use}' must know how many updates it makes in all, and the strategy '${strategy!.use}' cannot tell beforehand`,
      fix: 'Give the number, or options that need none: a constant, linear-warm-up or noam schedule.',
    });
  }
}

/** What early stopping watches must be a metric of the model's task. */
function checkWatched({ training: { watch } }: WrittenConfiguration, components: NamedComponents, problems: Problems): void {
  const task = taskOf(components.model);
  if (task === undefined || (metricNames[task] as readonly string[]).includes(watch)) return;
  problems.add({ path: ['training', 'watch'], message: `'${watch}' is no metric of ${task}`, fix: `Watch one of ${metricNames[task].join(', ')}.` });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
