import { type Component, type DependencyToken, type Engine, GramkitError, type RunLogger, tokens, type Weight } from '@gramkit/spec';
import { type BindToFluentSyntax, Container, type ResolutionContext } from 'inversify';
import type { PlaceName } from '../configuration/places.js';
import type { ResolvedComponent } from '../configuration/resolved-configuration.js';
import { type BoundComponents, checkDependencies, tokenOfPlace } from './dependency-order.js';
import { nothingKept } from '../encodings/nothing-kept.js';
import { deriveSeed } from './derive-seed.js';

/** What a container is given from outside. */
export interface RunSurroundings {
  /** Left out where nothing is computed: a component that asks for it is refused. */
  readonly engine?: Engine;
  readonly logger: RunLogger;
  /** Folder of the model that set-up brought. */
  readonly defaultModelDirectory: string;
}

/** What a container reads of a configuration. */
export interface ContainerConfiguration {
  readonly seed: number;
  /** Absolute folder that relative paths start from. */
  readonly baseDirectory: string;
  readonly components: BoundComponents;
}

/** Makes what stands in for a token's value; `original` makes the value that it replaces. */
export type Replacement<Value> = (run: RunContainer, original: () => Promise<Value>) => Value | Promise<Value>;

/** The components of one run. Nothing is created before it is asked for, and everything once. */
export interface RunContainer {
  /** The value behind a token; creates it, and what it needs, the first time. */
  get<Value>(token: DependencyToken<Value>): Promise<Value>;
  /** The value behind a token if it has been created, or put in its place. */
  created<Value>(token: DependencyToken<Value>): Value | undefined;
  /**
   * Puts a value, or what makes one, in the place of a token's, before the token is first asked for. A value stays the caller's to dispose;
   * what is made is disposed with the run.
   */
  rebind<Value>(token: DependencyToken<Value>, replacement: Value | Replacement<Value>): void;
  /** Frees every component that was created, the last first. Idempotent. */
  dispose(): void;
}

/**
 * Binds the components of a configuration under the tokens of the specification.
 * @throws GramkitError PLUGIN_INVALID where what the plugins declare cannot be provided.
 */
export function createRunContainer(configuration: ContainerConfiguration, surroundings: RunSurroundings): RunContainer {
  checkDependencies(configuration.components);
  const run = new BoundRun();
  bindSurroundings(run.container, configuration, surroundings);
  for (const [place, component] of Object.entries(configuration.components) as [PlaceName, ResolvedComponent][]) run.bindComponent(place, component);
  return run;
}

function bindSurroundings(container: Container, configuration: ContainerConfiguration, surroundings: RunSurroundings): void {
  container.bind(tokens.engine.key).toDynamicValue(() => engineOf(surroundings));
  container.bind(tokens.trainingCatalogue.key).toDynamicValue(withoutCatalogue);
  // As for the catalogue, sessions put one in its place.
  container.bind(tokens.encodingStore.key).toConstantValue(nothingKept);
  container.bind(tokens.logger.key).toConstantValue(surroundings.logger);
  container.bind(tokens.defaultModelDirectory.key).toConstantValue(surroundings.defaultModelDirectory);
  container.bind(tokens.baseDirectory.key).toConstantValue(configuration.baseDirectory);
  container.bind(tokens.itemDimension.key).toDynamicValue(async (context) => (await encoderOf(context)).dimension);
  for (const place of Object.keys(tokenOfPlace)) {
    container.bind(tokens.seed.key).toConstantValue(deriveSeed(configuration.seed, place)).whenNamed(place);
  }
  const weights = tokens.optimizedWeights.key;
  container.bind(weights).toDynamicValue(async (context) => (await encoderOf(context)).weights).whenNamed('encoderOptimizer');
  container.bind(weights).toDynamicValue(async (context) => (await modelOf(context)).weights).whenNamed('modelOptimizer');
}

function engineOf({ engine }: RunSurroundings): Engine {
  if (engine !== undefined) return engine;
  throw new GramkitError('PLUGIN_INVALID', 'a component asks for the engine, and there is none here', { fix: 'Use the component in a run: it cannot be created alone.' });
}

/** Sessions put a catalogue in its place (`openSession`). */
function withoutCatalogue(): never {
  throw new GramkitError('PLUGIN_INVALID', 'a component asks for the items that the run trains on, and there is no run here', { fix: 'Use the component in a run: it cannot be created alone.' });
}

function encoderOf(context: ResolutionContext): Promise<{ readonly dimension: number; readonly weights: readonly Weight[] }> {
  return context.getAsync(tokens.itemEncoder.key);
}

function modelOf(context: ResolutionContext): Promise<{ readonly weights: readonly Weight[] }> {
  return context.getAsync(tokens.sequenceModel.key);
}

/** Tokens whose value depends on the component that asks. */
const perPlace = new Set([tokens.seed.key, tokens.optimizedWeights.key]);

type Factory = (context: ResolutionContext) => Promise<unknown>;

class BoundRun implements RunContainer {
  readonly container = new Container({ defaultScope: 'Singleton' });
  readonly #owned: Component[] = [];
  readonly #created = new Map<symbol, unknown>();
  readonly #factories = new Map<symbol, Factory>();

  async get<Value>(token: DependencyToken<Value>): Promise<Value> {
    return this.container.getAsync<Value>(token.key);
  }

  rebind<Value>(token: DependencyToken<Value>, replacement: Value | Replacement<Value>): void {
    const original = this.#factories.get(token.key);
    const binding = this.container.rebind<unknown>(token.key);
    if (typeof replacement !== 'function') {
      binding.toConstantValue(replacement);
      this.#created.set(token.key, replacement);
      return;
    }
    const make = replacement as Replacement<unknown>;
    this.#bindFactory(token.key, binding, async (context) => this.#own(await make(this, () => replacedValue(token, original, context))));
  }

  bindComponent(place: PlaceName, component: ResolvedComponent): void {
    const { key } = tokenOfPlace[place];
    this.#bindFactory(key, this.container.bind(key), async (context) => {
      const dependencies = await resolveDependencies(place, component, context);
      return this.#own(checkCreated(component, await component.plugin.create({ options: component.options, ...dependencies })));
    });
  }

  #bindFactory(key: symbol, binding: BindToFluentSyntax<unknown>, factory: Factory): void {
    this.#factories.set(key, factory);
    binding.toDynamicValue(async (context) => {
      const value = await factory(context);
      this.#created.set(key, value);
      return value;
    });
  }

  created<Value>(token: DependencyToken<Value>): Value | undefined {
    return this.#created.get(token.key) as Value | undefined;
  }

  dispose(): void {
    for (const component of this.#owned.splice(0).reverse()) component.dispose();
  }

  #own<Value>(value: Value): Value {
    if (typeof value === 'object' && value !== null && 'dispose' in value) this.#owned.push(value as unknown as Component);
    return value;
  }
}

async function replacedValue<Value>(token: DependencyToken<Value>, factory: Factory | undefined, context: ResolutionContext): Promise<Value> {
  if (factory !== undefined) return (await factory(context)) as Value;
  throw new GramkitError('PLUGIN_INVALID', `${token.description} has no original that a component made`, { fix: 'Give a whole replacement.' });
}

async function resolveDependencies(place: PlaceName, component: ResolvedComponent, context: ResolutionContext): Promise<Record<string, unknown>> {
  const resolved: Record<string, unknown> = {};
  for (const [name, token] of Object.entries(component.plugin.dependencies)) {
    resolved[name] = perPlace.has(token.key) ? await context.getAsync(token.key, { name: place }) : await context.getAsync(token.key);
  }
  return resolved;
}

function checkCreated(component: ResolvedComponent, created: Component): Component {
  const { plugin, use } = component;
  if (created?.kind !== plugin.kind || typeof created.dispose !== 'function') {
    throw new GramkitError('PLUGIN_INVALID', `create of the ${plugin.kind} '${use}' gave no ${plugin.kind}`, { fix: `It must return a component with kind '${plugin.kind}' and dispose().` });
  }
  return created;
}
