import type { ComponentKind } from '@gramkit/spec';

/** A plugin of this workspace. Loading one loads its package and no other. */
export interface BuiltIn {
  readonly kind: ComponentKind;
  readonly name: string;
  /** Package that holds it. */
  readonly packageName: string;
  /** Its definition, not yet checked. */
  load(): Promise<unknown>;
}

/** A package whose default export is its plugin, by the convention `@gramkit/KIND-NAME`. */
function ofPackage(kind: ComponentKind, name: string, load: () => Promise<{ readonly default: unknown }>): BuiltIn {
  return { kind, name, packageName: `@gramkit/${kind}-${name}`, load: async () => (await load()).default };
}

/** The plugins that come with Gramkit. Optimizers and readers are exports of packages that a run needs anyway. */
export const builtIns: readonly BuiltIn[] = [
  { kind: 'reader', name: 'assistments', packageName: '@gramkit/data', load: async () => (await import('@gramkit/data')).readers.assistments },
  { kind: 'reader', name: 'mind', packageName: '@gramkit/data', load: async () => (await import('@gramkit/data')).readers.mind },
  { kind: 'reader', name: 'tabular', packageName: '@gramkit/data', load: async () => (await import('@gramkit/data')).readers.tabular },
  { kind: 'reader', name: 'impressions', packageName: '@gramkit/data', load: async () => (await import('@gramkit/data')).readers.impressions },
  { kind: 'reader', name: 'slam', packageName: '@gramkit/data', load: async () => (await import('@gramkit/data')).readers.slam },
  { kind: 'reader', name: 'generated', packageName: '@gramkit/data', load: async () => (await import('@gramkit/data')).readers.generated },
  { kind: 'reader', name: 'generated-news', packageName: '@gramkit/data', load: async () => (await import('@gramkit/data')).readers['generated-news'] },
  ofPackage('tokenizer', 'huggingface', () => import('@gramkit/tokenizer-huggingface')),
  ofPackage('tokenizer', 'words', () => import('@gramkit/tokenizer-words')),
  ofPackage('encoder', 'bert', () => import('@gramkit/encoder-bert')),
  ofPackage('encoder', 'id', () => import('@gramkit/encoder-id')),
  ofPackage('encoder', 'bilstm', () => import('@gramkit/encoder-bilstm')),
  ofPackage('model', 'dkt', () => import('@gramkit/model-dkt')),
  ofPackage('model', 'sakt', () => import('@gramkit/model-sakt')),
  ofPackage('model', 'nrms', () => import('@gramkit/model-nrms')),
  ofPackage('strategy', 'end-to-end', () => import('@gramkit/strategy-end-to-end')),
  ofPackage('strategy', 'single-step', () => import('@gramkit/strategy-single-step')),
  ofPackage('strategy', 'multi-step', () => import('@gramkit/strategy-multi-step')),
  ofPackage('strategy', 'frozen', () => import('@gramkit/strategy-frozen')),
  ofPackage('strategy', 'speedy-feed', () => import('@gramkit/strategy-speedy-feed')),
  { kind: 'optimizer', name: 'adam', packageName: '@gramkit/tensor', load: async () => (await import('@gramkit/tensor')).adamPlugin },
  { kind: 'optimizer', name: 'adamw', packageName: '@gramkit/tensor', load: async () => (await import('@gramkit/tensor')).adamwPlugin },
];

export function builtInsOf(kind: ComponentKind): readonly BuiltIn[] {
  return builtIns.filter((builtIn) => builtIn.kind === kind);
}
