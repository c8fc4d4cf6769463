import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { CompiledStages, CompileReport, DeviceTensors, Engine, EncoderPass, Gradient, ItemEncoder, Pass, PreparedItems, Stage } from '@gramkit/spec';
import { uploadRows, uploadTensors } from './device-batch.js';
import { encoderInput } from './encoder-input.js';
import { filledRows, firstRows } from './filled-rows.js';
import { trainableWeights, variablesOf } from './gradients.js';
import type { Gradients } from './gradients.js';
import { recordPass } from './record-pass.js';
import type { RecordedPass } from './record-pass.js';
import { compileStages } from './stages.js';

/** A forward pass whose gradient can be taken once. */
export interface RecordedItems {
  /** `[rows, dimension]`; the caller disposes it. */
  readonly encodings: Tensor2D;
  /** Bytes kept for the gradient. */
  readonly heldBytes: number;
  /** The gradient of `<cotangent, encodings>` with respect to the encoder's trainable weights; `cotangent` `[rows, dimension]`. The caller disposes it. */
  pullBack(cotangent: Tensor2D): Gradients;
  /** Idempotent; `encodings` is left alone. */
  dispose(): void;
}

/** The passes of an item encoder, forward alone and forward with a backward pass to follow, compiled where the engine compiles. */
export class EncoderPasses {
  readonly #fill: boolean;
  readonly #training: CompiledStages;
  readonly #evaluation: CompiledStages;
  readonly #recording: CompiledStages;

  constructor(
    readonly encoder: ItemEncoder,
    engine?: Engine,
  ) {
    this.#fill = engine?.compile !== undefined;
    const forward = (training: boolean) => () => [{ compute: (inputs: DeviceTensors) => ({ encodings: encoder.encode(...callOf(inputs, training)) }) }];
    this.#training = compileStages(engine, forward(true), { name: `${encoder.name}, forward in training` });
    this.#evaluation = compileStages(engine, forward(false), { name: `${encoder.name}, forward` });
    const tables = trainableWeights(encoder.weights).filter(({ variable }) => variable.rank === 2).map(({ name }) => name);
    this.#recording = compileStages(engine, () => recordingStages(encoder), { name: `${encoder.name}, forward and backward`, rowOutputs: tables });
  }

  /** Encodings `[rows, dimension]` of catalogue rows, by one forward pass. Mask rows are catalogue rows. */
  encode(catalogue: PreparedItems, rows: Int32Array, pass: Pass): Tensor2D {
    return tf.tidy(() => {
      const { inputs } = this.#inputs(catalogue, rows, pass);
      const { encodings } = (pass.training ? this.#training : this.#evaluation).start().next(inputs);
      return firstRows(encodings as Tensor2D, rows.length);
    });
  }

  /** The same in training, with what its gradient needs kept. */
  record(catalogue: PreparedItems, rows: Int32Array, seed: Pass['seed']): RecordedItems {
    const run = this.#recording.start();
    const { encodings, items } = tf.tidy(() => {
      const { inputs, items } = this.#inputs(catalogue, rows, { training: true, seed });
      return { encodings: firstRows(run.next(inputs).encodings as Tensor2D, rows.length), items };
    });
    return {
      encodings,
      heldBytes: run.heldBytes,
      dispose: () => run.dispose(),
      pullBack: (cotangent) => tf.tidy(() => gradientsOf(run.next({ cotangent: filledRows(cotangent, items) }))),
    };
  }

  reports(): readonly CompileReport[] {
    return [this.#training, this.#evaluation, this.#recording].map((stages) => stages.report());
  }

  dispose(): void {
    for (const stages of [this.#training, this.#evaluation, this.#recording]) stages.dispose();
  }

  #inputs(catalogue: PreparedItems, rows: Int32Array, { seed }: Pass): { readonly inputs: DeviceTensors; readonly items: number } {
    const { tensors, maskRows, items } = encoderInput(this.encoder, catalogue, rows, this.#fill);
    return { inputs: { ...uploadTensors(tensors), [maskRowsInput]: uploadRows(maskRows), [seedInput]: seed }, items };
  }
}

// Beside the encoder's own inputs, whose names are the tokenizer's.
const maskRowsInput = '#maskRows';
const seedInput = '#seed';

/** The arguments of `encode` out of the inputs of a stage. */
function callOf(inputs: DeviceTensors, training: boolean): [DeviceTensors, EncoderPass] {
  const { [maskRowsInput]: maskRows, [seedInput]: seed, ...input } = inputs;
  return [input, { training, maskRows: maskRows as Tensor1D, seed: seed as Pass['seed'] }];
}

function recordingStages(encoder: ItemEncoder): readonly Stage[] {
  const weights = trainableWeights(encoder.weights);
  let graph: RecordedPass<Tensor2D>;
  return [
    {
      compute: (inputs) => {
        graph = recordPass(() => encoder.encode(...callOf(inputs, true)));
        return { encodings: graph.value };
      },
      release: () => graph?.dispose(),
    },
    {
      inputs: ({ encodings }) => ({ cotangent: encodings! }),
      compute: ({ cotangent }) => {
        const gradients = graph.pullBack(graph.value, cotangent!, variablesOf(weights));
        return Object.fromEntries(weights.flatMap(({ name }, index) => (gradients[index] === undefined ? [] : [[name, gradients[index]]])));
      },
    },
  ];
}

/** Gradients by name, those that came in parts put together again. */
export function gradientsOf(outputs: DeviceTensors): Gradients {
  const gradients: Record<string, Gradient> = {};
  for (const [name, tensor] of Object.entries(outputs)) {
    const [weight, part] = name.split('#') as [string, string | undefined];
    if (part === undefined) gradients[weight] = tensor;
    else if (part === 'rows') gradients[weight] = { rows: tensor as Tensor1D, values: outputs[`${weight}#values`] as Tensor2D };
  }
  return gradients;
}
