import { rowGradients, uploadBatch } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { demandDisposal } from '../common/disposal.js';
import { tensorsLeftBy } from '../comparison/tensor-count.js';
import { withComponents } from '../surroundings/component-scope.js';
import { createComponent } from '../surroundings/create-component.js';
import { exampleRows } from './example-batches.js';
import { examplesFor } from './model-examples.js';
import type { ModelSubject } from './model-subject.js';
import { defaultDimension, encodingsOf, passOf, type ModelPlugin } from './model-trial.js';

/** Passes leave nothing behind, and a disposal frees everything. */
export function leaksNoTensors(plugin: ModelPlugin, subject: ModelSubject): Promise<void> {
  return withComponents(async () => {
    const { dimension = defaultDimension } = subject;
    const start = tf.memory().numTensors;
    const model = await createComponent(plugin, subject, { itemDimension: dimension });
    const { whole } = examplesFor(model);
    const left = await tensorsLeftBy(() => tf.tidy(() => {
      const [encodings, batch] = [encodingsOf(exampleRows, dimension), uploadBatch(whole)];
      rowGradients(model, encodings, batch, passOf(true));
      model.loss(encodings, batch, passOf(false));
      model.score(encodings, batch);
    }));
    demand(left === 0, `five passes forward and backward left ${left} tensors`, 'keep no tensor of a pass (tf.keep, tf.variable, a field of the component): what is made in `loss` and `score` is freed by the tidy around them.');
    demandDisposal(model, start, 'dispose every variable and tensor that the constructor makes in `dispose`, and nothing else; a second call does nothing.');
  });
}
