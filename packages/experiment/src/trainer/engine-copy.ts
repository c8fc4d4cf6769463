import { GramkitError, isGramkitError } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Loads an engine and finds out whether it computes. All copies of tfjs-core in a process share the engine of the one that was loaded first, which
 * is Gramkit's own wherever plugins bring another; a program may have loaded one before Gramkit.
 * @throws GramkitError ENGINE_UNSUPPORTED where that one's engine is of no use here; whatever `load` throws
 */
export async function withSharedEngine<Engine>(load: () => Promise<Engine>): Promise<Engine> {
  if (tf.env() instanceof tf.Environment) return load();
  try {
    const engine = await load();
    tf.tidy(() => tf.add(tf.tensor1d([1]), 1).dataSync());
    return engine;
  } catch (cause) {
    if (isGramkitError(cause)) throw cause;
    throw new GramkitError('ENGINE_UNSUPPORTED', `another copy of @tensorflow/tfjs-core was loaded before that of Gramkit (${tf.version_core}), and its engine does not work with it: ${(cause as Error).message}`, {
      fix: `Import Gramkit before it, or keep one copy of version ${tf.version_core}. See who brings it: npm ls @tensorflow/tfjs-core`,
      cause,
    });
  }
}
