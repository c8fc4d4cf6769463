import { EncoderPasses } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { demandDisposal } from '../common/disposal.js';
import { tensorsLeftBy } from '../comparison/tensor-count.js';
import { withComponents } from '../surroundings/component-scope.js';
import { encodingsOf } from './encodings.js';
import type { EncoderSubject } from './encoder-subject.js';
import { encoderMaker, type EncoderPlugin } from './encoder-trial.js';
import { recordedGradients } from './recorded-gradients.js';

/** Passes leave nothing behind, and a disposal frees everything. */
export function leaksNoTensors(plugin: EncoderPlugin, subject: EncoderSubject): Promise<void> {
  return withComponents(async (scope) => {
    const maker = encoderMaker(scope, plugin, subject);
    await maker.tokenizer();
    const start = tf.memory().numTensors;
    const encoder = await maker.create();
    const catalogue = (encoder.preprocessor ?? (await maker.tokenizer())).prepare(maker.items);
    const rows = maker.items.map((_, row) => row);
    const passes = new EncoderPasses(encoder);
    const left = await tensorsLeftBy(() => {
      for (const training of [true, false]) encodingsOf(encoder, catalogue, rows, { training });
      tf.dispose(recordedGradients(passes, { catalogue, rows }));
    });
    demand(left === 0, `fifteen passes left ${left} tensors`, 'keep no tensor of a pass (tf.keep, tf.variable, a field of the component): what is made in `encode` is freed by the tidy around it.');
    passes.dispose();
    demandDisposal(encoder, start, 'dispose every variable and tensor that `create` makes in `dispose`, and nothing else; a second call does nothing.');
  });
}
