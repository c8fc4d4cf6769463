import { type DependencyToken, GramkitError, tokens } from '@gramkit/spec';
import type { PlaceName } from '../configuration/places.js';
import type { ResolvedComponent } from '../configuration/resolved-configuration.js';

/** The components that a container binds: all of a run, or those that encoding needs. */
export type BoundComponents = Readonly<Partial<Record<PlaceName, ResolvedComponent>>>;

/** The token under which the component of each place is bound. */
export const tokenOfPlace: Readonly<Record<PlaceName, DependencyToken<unknown>>> = {
  data: tokens.datasetReader,
  tokenizer: tokens.tokenizer,
  encoder: tokens.itemEncoder,
  model: tokens.sequenceModel,
  strategy: tokens.strategy,
  encoderOptimizer: tokens.encoderOptimizer,
  modelOptimizer: tokens.sequenceModelOptimizer,
};

/** What a place needs beyond what its plugin declares: an optimizer is made for weights, an item dimension comes from the encoder, items from the data set. */
const placeBehind = new Map<symbol, PlaceName>([
  ...(Object.keys(tokenOfPlace) as PlaceName[]).map((place) => [tokenOfPlace[place].key, place] as const),
  [tokens.itemDimension.key, 'encoder'],
  [tokens.trainingCatalogue.key, 'data'],
]);

const optimizedPlaces: Partial<Record<PlaceName, PlaceName>> = { encoderOptimizer: 'encoder', modelOptimizer: 'model' };

/**
 * Checks what the plugins declare before any of them creates anything.
 * @throws GramkitError PLUGIN_INVALID for an unknown token, for weights asked for by what is no optimizer, or for a circle of dependencies.
 */
export function checkDependencies(components: BoundComponents): void {
  const known = new Set(Object.values(tokens).map((token) => token.key));
  for (const [place, { plugin, use }] of Object.entries(components) as [PlaceName, ResolvedComponent][]) {
    for (const [name, token] of Object.entries(plugin.dependencies)) {
      if (!known.has(token.key)) {
        throw new GramkitError('PLUGIN_INVALID', `the ${plugin.kind} '${use}' asks for '${name}' (${token.description}), which no run provides`, { field: name, alternatives: Object.keys(tokens) });
      }
      if (token.key === tokens.optimizedWeights.key && optimizedPlaces[place] === undefined) {
        throw new GramkitError('PLUGIN_INVALID', `the ${plugin.kind} '${use}' asks for optimizedWeights, which only an optimizer is given`, { field: name });
      }
    }
    follow(place, components, []);
  }
}

function follow(place: PlaceName, components: BoundComponents, path: readonly PlaceName[]): void {
  if (path.includes(place)) {
    throw new GramkitError('PLUGIN_INVALID', `these components need each other: ${[...path.slice(path.indexOf(place)), place].join(' -> ')}`, { fix: 'One of them must do without the other.' });
  }
  const component = components[place];
  if (component === undefined) {
    const asking = path.at(-1)!;
    throw new GramkitError('PLUGIN_INVALID', `the ${components[asking]!.plugin.kind} '${components[asking]!.use}' needs the ${place}, and there is none here`);
  }
  for (const next of neededPlaces(place, component)) follow(next, components, [...path, place]);
}

function neededPlaces(place: PlaceName, component: ResolvedComponent): PlaceName[] {
  const optimized = optimizedPlaces[place];
  const declared = Object.values(component.plugin.dependencies).map((token) => placeBehind.get(token.key));
  return [...declared, optimized].filter((needed) => needed !== undefined);
}
