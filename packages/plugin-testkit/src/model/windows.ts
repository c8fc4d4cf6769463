import { uploadBatch } from '@gramkit/tensor';
import { demand } from '../check.js';
import { greatestDifference } from '../comparison/number-lists.js';
import { historyOnly, sharedRows } from './model-examples.js';
import { valuesOf, type ModelTrial } from './model-trial.js';
import { gradientsOf } from './padding.js';

const tolerance = 1e-5;

/** Windows that share a row are read as each in a row of its own. */
export function keepsWindowsApart({ model, encodings }: ModelTrial): void {
  const [found, expected] = sharedRows().map((batch) => ({ ...valuesOf(model, encodings, batch), gradients: gradientsOf(model, encodings, batch) }));
  const mend = 'where `fields.starts` is 1 a window begins: reset the state, hide what stands before, and predict nothing there; or declare the `batchLayout` \'windows\'.';
  demand(found!.count === expected!.count, `windows that share rows have ${found!.count} predictions, in rows of their own ${expected!.count}`, mend);
  demand(greatestDifference(found!.scores, expected!.scores) < tolerance, 'windows that share a row get other scores than in rows of their own', mend);
  for (const [name, values] of Object.entries(expected!.gradients)) demand(greatestDifference(found!.gradients[name] ?? [], values) < tolerance, `the gradient of ${name} is another one where windows share rows`, mend);
}

/** Positions that are history only are read, but neither counted nor trained on. */
export function leavesOutWhatDoesNotCount({ model, encodings }: ModelTrial): void {
  const { some, answeredOtherwise, all, counted } = historyOnly(model.batchLayout ?? 'windows');
  const [found, other] = [some, answeredOtherwise].map((batch) => valuesOf(model, encodings, batch));
  const mend = 'multiply `valid` by `fields.counted` where a batch has it, and go on reading those positions as history (`readKnowledgeTracingSteps` of @gramkit/tensor does it).';
  demand(found!.count === counted, `\`count\` is ${found!.count} where \`fields.counted\` leaves ${counted} predictions`, mend);
  demand(greatestDifference([other!.loss], [found!.loss]) < tolerance, 'the loss depends on responses whose predictions do not count, and which nothing follows', mend);
  const [part, whole] = [some, all].map((batch) => model.score(encodings, uploadBatch(batch)));
  const valid = part!.valid.dataSync();
  const expected = Array.from(whole!.scores.dataSync()).filter((_, index) => valid[index] === 1);
  demand(greatestDifference(found!.scores, expected) < tolerance, 'predictions that count get other scores where their past does not count', mend);
}
