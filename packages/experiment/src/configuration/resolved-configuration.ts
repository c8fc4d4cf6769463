import { join, resolve } from 'node:path';
import type { Json, Plugin } from '@gramkit/spec';
import { stringify } from 'yaml';
import type { PlaceName } from './places.js';
import type { EngineConfiguration, RecommendationConfiguration, SplitConfiguration, TrainingConfiguration } from './schema.js';

/** A component of a run: its plugin, and its options as the plugin's schema gave them. */
export interface ResolvedComponent {
  readonly use: string;
  readonly plugin: Plugin;
  /** What the plugin's `create` gets. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The same as a user writes them, defaults filled in. */
  readonly written: Readonly<Record<string, Json>>;
}

/** A configuration that has been checked whole, with every default filled in. */
export interface ResolvedConfiguration {
  readonly seed: number;
  /** Absolute folder that relative paths start from. */
  readonly baseDirectory: string;
  /** Absolute folder of the run. */
  readonly output: string;
  readonly components: Readonly<Record<PlaceName, ResolvedComponent>>;
  readonly split: SplitConfiguration;
  readonly windowLength: number;
  readonly recommendation: RecommendationConfiguration;
  readonly training: TrainingConfiguration;
  readonly engine: EngineConfiguration;
}

/** The configuration as it is written into the run folder: reading it again gives the same run, from any folder. */
export function writtenForm(configuration: ResolvedConfiguration): Readonly<Record<string, Json>> {
  const { components } = configuration;
  const section = (place: PlaceName): Record<string, Json> => ({ use: components[place].use, ...components[place].written });
  return {
    seed: configuration.seed,
    baseDirectory: configuration.baseDirectory,
    data: { ...section('data'), split: withoutUndefined(configuration.split), windowLength: configuration.windowLength, ...configuration.recommendation },
    tokenizer: section('tokenizer'),
    encoder: section('encoder'),
    model: section('model'),
    strategy: section('strategy'),
    optimizers: { encoder: section('encoderOptimizer'), model: section('modelOptimizer') },
    training: withoutUndefined(configuration.training),
    engine: withoutUndefined(configuration.engine),
    output: configuration.output,
  };
}

/** `writtenForm` as YAML. */
export function formatConfiguration(configuration: ResolvedConfiguration): string {
  return stringify(writtenForm(configuration));
}

/** The run folder that a configuration means. */
export function outputFolder(output: string | undefined, name: string, baseDirectory: string): string {
  return resolve(baseDirectory, output ?? join('runs', name));
}

function withoutUndefined(section: object): Record<string, Json> {
  return Object.fromEntries(Object.entries(section).filter(([, value]) => value !== undefined)) as Record<string, Json>;
}
