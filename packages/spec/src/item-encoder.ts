import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Component, Weight } from './component.js';
import type { DeviceTensors } from './host-tensor.js';
import type { Preprocessor } from './preprocessor.js';
import type { PretrainedModel } from './pretrained.js';

/** What one pass of an encoder or a sequence model depends on beside its input and weights. */
export interface Pass {
  /** Dropout is on only where this is true. */
  readonly training: boolean;
  /** int32 scalar: with `maskRows`, all that decides the dropout masks. */
  readonly seed: Scalar;
}

/** A pass of an item encoder. */
export interface EncoderPass extends Pass {
  /**
   * int32 `[items]`: the catalogue row of each item. An item's dropout masks depend on the seed and its own mask row only,
   * never on the mini-batch it sits in, so that a second pass or another chunking gives the same masks.
   */
  readonly maskRows: Tensor1D;
}

/** CE, the content encoder: `h_i = CE(c_i; theta)`. */
export interface ItemEncoder extends Component {
  readonly kind: 'encoder';
  /** d, the length of an item encoding. */
  readonly dimension: number;
  /**
   * How `encode` takes texts. `padded` (where absent): what the tokenizer's `collate` gives, `tokenIds` int32 `[items, length]` and `lengths` int32 `[items]`.
   * `packed`: one text after another without padding between them, `tokenIds`, `positions` (each token's place in its text) and `items` (whose it is)
   * int32 `[tokens]`, `offsets` int32 `[items + 1]`: item `i` has the tokens `offsets[i]` to `offsets[i + 1] - 1`. Items may have none, and
   * tokens from `offsets[items]` on belong to nobody (`items` is -1 there): both only fill up a shape, and what comes out for them is not read.
   */
  readonly inputLayout?: 'padded' | 'packed';
  /** The most tokens of an item that `encode` takes, special tokens included; absent: any. */
  readonly maximumLength?: number;
  /** Size of the token table, where the encoder reads token ids: compared with the tokenizer's. */
  readonly vocabularySize?: number;
  /** What turns items into this encoder's input, where that is no text: it takes the place of the tokenizer of the configuration, which is then not created. The encoder disposes it. */
  readonly preprocessor?: Preprocessor;
  /** False where no dropout is on even in training, so that encodings made in training may be used again; absent: masks may be drawn. */
  readonly drawsMasks?: boolean;
  /** theta */
  readonly weights: readonly Weight[];
  /** `[items, dimension]`; a pure, differentiable function of the input, the weights and the pass. Reads no value back. */
  encode(input: DeviceTensors, pass: EncoderPass): Tensor2D;
  /**
   * The encoder as a Hugging Face folder, for other programs; absent where none knows such a network.
   * @param maximumLength longest token row that the tokenizer gives, special tokens included
   * @throws GramkitError MODEL_UNSUPPORTED where the folder could not say what `encode` computes
   */
  exportPretrained?(maximumLength: number): Promise<PretrainedModel>;
}
