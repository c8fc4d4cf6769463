import * as tf from '@tensorflow/tfjs-core';
import type { CompiledStages, CompileOptions, CompileReport, DeviceTensors, Engine, Stage, StagedRun } from '@gramkit/spec';

/** The stages compiled by the engine; run operation by operation where it does not compile, or where there is none. */
export function compileStages(engine: Engine | undefined, stages: () => readonly Stage[], options: CompileOptions): CompiledStages {
  return engine?.compile?.(stages, options) ?? new EagerStages(stages, options.name);
}

/** Stages run as they are, operation by operation: the reference for whatever an engine makes of them. */
export class EagerStages implements CompiledStages {
  #calls = 0;

  constructor(
    private readonly stages: () => readonly Stage[],
    private readonly name: string,
  ) {}

  start(): StagedRun {
    this.#calls += 1;
    return new EagerRun(this.stages());
  }

  report(): CompileReport {
    return { name: this.name, shapes: 0, compilations: 0, seconds: 0, calls: this.#calls };
  }

  dispose(): void {}
}

class EagerRun implements StagedRun {
  #next = 0;
  #ended = false;
  heldBytes = 0;

  constructor(private readonly stages: readonly Stage[]) {}

  next(inputs: DeviceTensors): DeviceTensors {
    if (this.#ended) throw new TypeError('All stages of this run have ended, or it was disposed.');
    const before = tf.memory().numBytes;
    try {
      const outputs = tf.tidy(() => this.stages[this.#next]!.compute(inputs));
      this.#next += 1;
      this.heldBytes += tf.memory().numBytes - before;
      if (this.#next === this.stages.length) this.dispose();
      return outputs;
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  dispose(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.heldBytes = 0;
    for (const stage of this.stages) stage.release?.();
  }
}
