import type { CompileMode } from '@gramkit/spec';

/** How TensorFlow is told to run a function. */
export interface ExecutionMode {
  /** Attributes of the function: names and serialised AttrValues. */
  readonly attributes: readonly (readonly [string, Uint8Array])[];
  /** Attribute of the call: a serialised ConfigProto. */
  readonly configuration: Uint8Array | undefined;
}

/** AttrValue { b: true } */
const yes = Uint8Array.of(0x28, 1);

/**
 * The recorded operations are already those that are meant, and Grappler's rewriting of them costs more at every new shape than it saves.
 * ConfigProto { graph_options { rewrite_options { disable_meta_optimizer: true } } }
 */
const asRecorded = Uint8Array.of(0x52, 5, 0x52, 3, 0x98, 0x01, 1);

/** ConfigProto { graph_options { optimizer_options { global_jit_level: ON_2 } } } */
const withClusters = Uint8Array.of(0x52, 4, 0x1a, 2, 0x28, 2);

/** Operations of ours, which XLA knows nothing of. */
const ownOperation = /^Gramkit/;

/** The mode of a function that is wanted in `wanted` and runs the operations `names`: as a graph where XLA could not compile one of them. */
export function modeOf(wanted: CompileMode, names: ReadonlySet<string>): CompileMode {
  return wanted === 'xla' && Array.from(names).some((name) => ownOperation.test(name)) ? 'graph' : wanted;
}

export const executionModes: Readonly<Record<CompileMode, ExecutionMode>> = {
  graph: { attributes: [], configuration: asRecorded },
  xla: { attributes: [['_XlaMustCompile', yes]], configuration: asRecorded },
  clusters: { attributes: [], configuration: withClusters },
};
