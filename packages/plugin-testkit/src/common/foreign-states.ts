import type { Checkpointable } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import { freeState } from '../surroundings/saved-state.js';
import { failsWith } from './error-codes.js';

/** States that lack all values, or one of the tensors, or have a tensor of another shape, are refused. */
export async function refusesForeignStates(component: Checkpointable): Promise<void> {
  const state = component.state();
  const { tensors, values } = state;
  if (Object.keys(values).length > 0) await failsWith(['CHECKPOINT_MISMATCH'], 'a state without values', () => component.restore({ tensors, values: {} }));
  for (const [name, tensor] of Object.entries(tensors)) {
    const others = Object.fromEntries(Object.entries(tensors).filter(([other]) => other !== name));
    await failsWith(['CHECKPOINT_MISMATCH'], `a state without the tensor '${name}'`, () => component.restore({ tensors: others, values }));
    const reshaped = tf.expandDims(tensor);
    await failsWith(['CHECKPOINT_MISMATCH'], `a state with the tensor '${name}' as [${reshaped.shape.join(', ')}]`, () => component.restore({ tensors: { ...others, [name]: reshaped }, values }));
    reshaped.dispose();
  }
  freeState(state);
}
