import * as tf from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { demandDisposal } from '../common/disposal.js';
import { tensorsLeftBy } from '../comparison/tensor-count.js';
import { withComponents } from '../surroundings/component-scope.js';
import { createComponent } from '../surroundings/create-component.js';
import { freeState } from '../surroundings/saved-state.js';
import type { OptimizerSubject } from './optimizer-subject.js';
import { exampleGradients, exampleWeights, plannedUpdates, type OptimizerPlugin } from './optimizer-trial.js';

/** Updates, states and restores leave nothing behind and free nothing of others; a disposal frees everything. */
export function leaksNoTensors(plugin: OptimizerPlugin, subject: OptimizerSubject): Promise<void> {
  return withComponents(async () => {
    const weights = exampleWeights();
    const start = tf.memory().numTensors;
    const optimizer = await createComponent(plugin, subject, { optimizedWeights: weights });
    optimizer.plan?.(plannedUpdates);
    let number = 0;
    const left = await tensorsLeftBy(() => {
      const gradients = exampleGradients(number++);
      optimizer.apply(gradients);
      const state = optimizer.state();
      optimizer.restore(state);
      const disposed = Array.from(gradients).flatMap(([name, gradient]) => (gradient.isDisposed ? [name] : []));
      demand(disposed.length === 0, `\`apply\` disposes the gradients of ${disposed.join(', ')}`, 'leave gradients to the caller.');
      freeState(state);
      tf.dispose(Array.from(gradients.values()));
    });
    demand(left === 0, `five updates left ${left} tensors`, 'compute in a tf.tidy, and dispose slots that are replaced.');
    demandDisposal(optimizer, start, 'dispose all slots in `dispose`, and no weight; a second call does nothing.');
    tf.dispose(weights.map(({ variable }) => variable));
  });
}
