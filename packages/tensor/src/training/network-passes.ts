import type { CompileReport, Engine, ItemEncoder, SequenceModel } from '@gramkit/spec';
import { EncoderPasses } from './encoder-passes.js';
import { SequencePasses } from './sequence-passes.js';

export interface Networks {
  readonly itemEncoder: ItemEncoder;
  readonly sequenceModel: SequenceModel;
  /** Compiles what is run; absent: it runs operation by operation. */
  readonly engine?: Engine;
}

/** The passes of both networks of a strategy, which owns them. */
export class NetworkPasses {
  readonly encoder: EncoderPasses;
  readonly sequenceModel: SequencePasses;

  constructor({ itemEncoder, sequenceModel, engine }: Networks) {
    this.encoder = new EncoderPasses(itemEncoder, engine);
    this.sequenceModel = new SequencePasses(sequenceModel, engine);
  }

  /** Of the functions that have been compiled at all. */
  compileReports(): readonly CompileReport[] {
    return [...this.encoder.reports(), ...this.sequenceModel.reports()].filter(({ compilations }) => compilations > 0);
  }

  dispose(): void {
    this.encoder.dispose();
    this.sequenceModel.dispose();
  }
}
