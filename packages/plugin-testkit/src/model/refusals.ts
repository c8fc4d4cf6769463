import { uploadBatch } from '@gramkit/tensor';
import { failsAsTheSubjectSays, failsWith } from '../common/error-codes.js';
import type { ModelSubject } from './model-subject.js';
import { passOf, type ModelPlugin, type ModelTrial } from './model-trial.js';

/** What a model cannot read it refuses by name. */
export async function throwsErrorsWithCodes(plugin: ModelPlugin, subject: ModelSubject, { model, encodings, examples, dimension }: ModelTrial): Promise<void> {
  const foreign = uploadBatch(examples.foreign);
  await failsWith(['DATA_MISMATCH'], 'the loss of a batch of another task', () => model.loss(encodings, foreign, passOf(true)));
  await failsWith(['DATA_MISMATCH'], 'a score of a batch of another task', () => model.score(encodings, foreign));
  await failsAsTheSubjectSays(plugin, subject, { itemDimension: dimension });
}
