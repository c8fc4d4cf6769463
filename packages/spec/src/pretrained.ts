import type { HostTensors } from './host-tensor.js';

/** What an encoder puts into a Hugging Face folder. */
export interface PretrainedModel {
  /** Text files by their path in the folder (`config.json`, `modules.json`, …). */
  readonly files: Readonly<Record<string, string>>;
  /** The tensors of `model.safetensors`, under the names that the source had. */
  readonly tensors: HostTensors;
  /** What whoever loads the folder must know: sentences of Markdown for its model card. */
  readonly notes: readonly string[];
}

/** What a tokenizer puts into a Hugging Face folder. */
export interface PretrainedTokenizer {
  /** Text files by their path in the folder (`tokenizer.json`, `vocab.txt`, …). */
  readonly files: Readonly<Record<string, string>>;
  /** Longest token row, special tokens included. */
  readonly maximumLength: number;
}
