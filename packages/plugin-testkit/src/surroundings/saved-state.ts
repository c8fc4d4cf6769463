import type { ComponentState, Json } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What a checkpoint keeps of a state, which is freed: tensors by their values, the rest by its JSON. */
export function savedState({ tensors, values }: ComponentState): ComponentState {
  const kept = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.tensor(tensor.dataSync().slice(), tensor.shape, tensor.dtype)]));
  freeState({ tensors, values });
  return { tensors: kept, values: JSON.parse(JSON.stringify(values)) as Record<string, Json> };
}

/** Disposes the tensors of a state. */
export function freeState({ tensors }: ComponentState): void {
  tf.dispose(tensors as Record<string, Tensor>);
}
