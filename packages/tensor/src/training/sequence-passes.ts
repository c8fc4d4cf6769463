import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch, CompiledStages, CompileReport, DeviceBatch, DeviceTensors, Engine, Pass, SequenceModel, Stage } from '@gramkit/spec';
import { uploadBatch } from './device-batch.js';
import { gradientsOf } from './encoder-passes.js';
import { filledRows, firstRows } from './filled-rows.js';
import { rowGradients, sequenceGradients } from './sequence-gradients.js';
import type { RowGradients, SequenceGradients } from './sequence-gradients.js';
import { bucketSize } from './shape-buckets.js';
import { compileStages } from './stages.js';

/** The part of a batch that a sequence model reads. */
type HostBatch = Pick<Batch, 'references' | 'fields'>;

/** Forward and backward passes of a sequence model in training, compiled where the engine compiles. */
export class SequencePasses {
  readonly #fill: boolean;
  readonly #ofWeights: CompiledStages;
  readonly #ofRows: CompiledStages;

  constructor(
    readonly model: SequenceModel,
    engine?: Engine,
  ) {
    this.#fill = engine?.compile !== undefined;
    this.#ofWeights = compileStages(engine, () => [stageOf(model, sequenceGradients)], { name: model.name });
    this.#ofRows = compileStages(engine, () => [stageOf(model, rowGradients)], { name: `${model.name} and rows` });
  }

  /** Gradients of the sequence model's weights alone; `encodings` `[rows, dimension]`. The caller disposes them. */
  weightGradients(encodings: Tensor2D, batch: HostBatch, seed: Pass['seed']): SequenceGradients {
    return tf.tidy(() => {
      const { loss, count, ...rest } = this.#ofWeights.start().next(this.#inputs(encodings, batch, seed));
      return { loss: loss as Scalar, count: count as Scalar, weights: gradientsOf(unprefixed(rest)) };
    });
  }

  /** The same and the gradients of the rows that the batch refers to `[rows, dimension]`. */
  rowGradients(encodings: Tensor2D, batch: HostBatch, seed: Pass['seed']): RowGradients {
    return tf.tidy(() => {
      const { loss, count, rows, ...rest } = this.#ofRows.start().next(this.#inputs(encodings, batch, seed));
      return { loss: loss as Scalar, count: count as Scalar, weights: gradientsOf(unprefixed(rest)), rows: firstRows(rows as Tensor2D, encodings.shape[0]) };
    });
  }

  reports(): readonly CompileReport[] {
    return [this.#ofWeights, this.#ofRows].map((stages) => stages.report());
  }

  dispose(): void {
    this.#ofWeights.dispose();
    this.#ofRows.dispose();
  }

  #inputs(encodings: Tensor2D, batch: HostBatch, seed: Pass['seed']): DeviceTensors {
    const filled = this.#fill ? filledRows(encodings, bucketSize(encodings.shape[0], 2)) : encodings;
    const { references, fields } = uploadBatch(batch);
    return { [encodingsInput]: filled, [seedInput]: seed, ...prefixed('references/', references), ...prefixed('fields/', fields) };
  }
}

const encodingsInput = '#encodings';
const seedInput = '#seed';
const weightPrefix = 'weights/';

/** One stage out of a function that computes a loss and its gradients. */
function stageOf(model: SequenceModel, compute: (model: SequenceModel, encodings: Tensor2D, batch: DeviceBatch, pass: Pass) => SequenceGradients & { readonly rows?: Tensor2D }): Stage {
  return {
    compute: ({ [encodingsInput]: encodings, [seedInput]: seed, ...batch }) => {
      const { weights, loss, count, rows } = compute(model, encodings as Tensor2D, batchOf(batch), { training: true, seed: seed as Pass['seed'] });
      return { loss, count, ...(rows && { rows }), ...prefixed(weightPrefix, weights as DeviceTensors) };
    },
  };
}

function batchOf(inputs: DeviceTensors): DeviceBatch {
  const of = (kind: string) => Object.fromEntries(Object.entries(inputs).filter(([name]) => name.startsWith(kind)).map(([name, tensor]) => [name.slice(kind.length), tensor]));
  return { references: of('references/'), fields: of('fields/') };
}

function prefixed(prefix: string, tensors: DeviceTensors): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}

function unprefixed(tensors: DeviceTensors): DeviceTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name.slice(weightPrefix.length), tensor]));
}
