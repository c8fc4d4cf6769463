import { weightValues } from '@gramkit/tensor/testing';
import { demand } from '../check.js';
import { changedWeights, loadSavedWeights } from '../surroundings/saved-weights.js';
import { encodingsOf, greatestRowDifference } from './encodings.js';
import type { EncoderSubject } from './encoder-subject.js';
import type { EncoderTrial } from './encoder-trial.js';
import { train } from './recorded-gradients.js';

/** A trained encoder's weights make of one that a resumed run creates the same encoder. */
export async function survivesSaveAndLoad(trial: EncoderTrial): Promise<void> {
  const { encoder, another, catalogue, rows, items } = trial;
  train(encoder, trial);
  const loaded = await another({ seed: 2, resumed: true });
  await loadSavedWeights(encoder.weights, loaded.weights);
  const own = loaded.preprocessor;
  demand(own === undefined || own.fingerprint === encoder.preprocessor?.fingerprint, 'the preprocessor of an encoder that is created again has another fingerprint', 'derive it from options and `tokens.trainingCatalogue` alone, so that a run which goes on prepares items as before.');
  const found = encodingsOf(loaded, own?.prepare(items) ?? catalogue, rows, { training: false });
  const { absolute } = greatestRowDifference(found, encodingsOf(encoder, catalogue, rows, { training: false }));
  demand(absolute < 1e-6, `a new encoder with the saved weights gives other encodings (by ${absolute.toPrecision(2)}) than the one they were saved from`, 'list every tensor that encodings depend on in `weights`, those that are not trained with `trainable: false`; keep nothing beside them that depends on the seed.');
}

/** What the options freeze is frozen, and stays where it is while the others are trained. */
export function keepsFrozenWeights({ frozen = [] }: EncoderSubject, trial: EncoderTrial): void {
  const { weights } = trial.encoder;
  for (const name of frozen) {
    const weight = weights.find((each) => each.name === name);
    demand(weight !== undefined, `there is no weight '${name}', which the subject says is frozen; there are ${weights.map((each) => each.name).join(', ')}`, 'correct `frozen` of the subject, or list the weight: frozen ones are saved too.');
    demand(!weight.trainable, `the options freeze '${name}', and it is given as trainable`, 'give it with `trainable: false`: strategies then take no gradient of it, and optimizers keep no slots for it.');
  }
  const before = weightValues(weights);
  train(trial.encoder, trial);
  const moved = changedWeights(weights.filter(({ trainable }) => !trainable), before);
  demand(moved.length === 0, `training changes ${moved.join(', ')}, which are frozen`, 'let no trainable weight share its variable, and assign none in `encode`.');
}
