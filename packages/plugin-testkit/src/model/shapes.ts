import type { Predictions, SequenceLoss } from '@gramkit/spec';
import { uploadBatch } from '@gramkit/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { demandDeclared } from '../common/declared.js';
import type { NamedBatch } from './model-examples.js';
import { numberOf, passOf, type ModelPlugin, type ModelTrial } from './model-trial.js';

/** What a configuration says of the task must hold of what the plugin makes. */
export function declaresItsTask(plugin: ModelPlugin, { model }: ModelTrial): void {
  demandDeclared(plugin, model);
  demand(plugin.task === undefined || plugin.task === model.task, `the plugin says that its task is '${plugin.task}', its model that it is '${model.task}'`, 'give both the same `task`: a data set of another task is refused by what the plugin says, before a model is made.');
}

/** Shapes and types of what `loss` and `score` give. */
export function givesItsShapes({ model, encodings, examples }: ModelTrial): void {
  const whole: NamedBatch = { what: 'as usual', batch: examples.whole };
  for (const { what, batch } of [whole, ...examples.unusual]) {
    const device = uploadBatch(batch);
    checkLoss(model.loss(encodings, device, passOf(true)), `a batch ${what}`);
    checkPredictions(model.score(encodings, device), batch.references[model.task === 'recommendation' ? 'candidates' : 'items']!.shape[0]!, `a batch ${what}`);
  }
}

function checkLoss({ loss, count, scores }: SequenceLoss, of: string): void {
  for (const [name, tensor] of Object.entries({ loss, count })) {
    demand(tensor.rank === 0 && tensor.dtype === 'float32', `\`${name}\` of ${of} is ${formOf(tensor)}`, `make \`${name}\` a float32 scalar, shape [].`);
    demand(Number.isFinite(numberOf(tensor)), `\`${name}\` of ${of} is ${numberOf(tensor)}`, 'look for a division by zero or the logarithm of zero, such as the mean of an empty history.');
  }
  demand(scores.rank === 2 && scores.dtype === 'float32', `\`scores\` of the loss of ${of} are ${formOf(scores)}`, 'make them float32 [rows, positions], one row a row of the batch: do not squeeze axes of size 1 away.');
}

function checkPredictions(predictions: Predictions, rows: number, of: string): void {
  const { scores, labels, valid, references } = predictions;
  demand(scores.rank === 2 && scores.shape[0] === rows, `\`score\` of ${of} gives scores ${formOf(scores)}`, `make them [${rows}, positions], one row a row of the batch.`);
  for (const [name, tensor] of Object.entries({ labels, valid, references })) {
    demand(tensor.shape.join() === scores.shape.join(), `\`score\` of ${of} gives \`${name}\` ${formOf(tensor)} and scores ${formOf(scores)}`, 'give all four the same shape.');
  }
  for (const [name, tensor] of Object.entries({ labels, valid })) {
    demand(tensor.dataSync().every((value) => value === 0 || value === 1), `\`${name}\` of ${of} holds other values than 0 and 1`, `make \`${name}\` 0 or 1 everywhere, at padding too.`);
  }
  const [counts, items, values] = [valid, references, scores].map((tensor) => tensor.dataSync());
  demand(counts!.every((counted, index) => counted === 0 || (items![index]! >= 0 && Number.isFinite(values![index]))), `where \`valid\` is 1, \`score\` of ${of} gives a prediction of no item or a score that is no finite number`, 'set `valid` to 0 at padding, and give a finite logit for every prediction.');
}

function formOf({ dtype, shape }: Tensor): string {
  return `${dtype} [${shape.join(', ')}]`;
}
