import type { ComponentKind } from '@gramkit/spec';

/** A spot of the configuration that names a component. */
export interface Place {
  readonly name: PlaceName;
  readonly kind: ComponentKind;
  /** Keys that lead to it. */
  readonly path: readonly string[];
  /** Options that this place gives where neither the user nor anything else does and the plugin knows them. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

export type PlaceName = 'data' | 'tokenizer' | 'encoder' | 'model' | 'strategy' | 'encoderOptimizer' | 'modelOptimizer';

/** Every place there is. The learning rates are those that the paper (encoder) and the project's runs (sequence model) use. */
export const places: readonly Place[] = [
  { name: 'data', kind: 'reader', path: ['data'], defaults: {} },
  { name: 'tokenizer', kind: 'tokenizer', path: ['tokenizer'], defaults: {} },
  { name: 'encoder', kind: 'encoder', path: ['encoder'], defaults: {} },
  { name: 'model', kind: 'model', path: ['model'], defaults: {} },
  { name: 'strategy', kind: 'strategy', path: ['strategy'], defaults: {} },
  { name: 'encoderOptimizer', kind: 'optimizer', path: ['optimizers', 'encoder'], defaults: { learningRate: 1e-4 } },
  { name: 'modelOptimizer', kind: 'optimizer', path: ['optimizers', 'model'], defaults: { learningRate: 1e-3 } },
];
