import type { Tensor } from '@tensorflow/tfjs-core';
import { GramkitError, type CompiledStages, type CompileMode, type CompileOptions, type CompileReport, type DeviceTensors, type Stage, type StagedRun, type TensorForm } from '@gramkit/spec';
import type { NodeBackend } from '../kernels/node-backend.js';
import { cutStages, type FunctionInput, type StageFunctionPlan } from './cut-stages.js';
import { executionModes } from './execution-mode.js';
import type { GraphBinding } from './graph-binding.js';
import { releaseCaptured, trace, type Captured } from './trace.js';

/** Stages compiled for one set of input shapes. */
interface Compiled {
  readonly plans: readonly StageFunctionPlan[];
  readonly captured: ReadonlyMap<number, Captured>;
  /** Runs that have begun and not ended: functions in use are not freed. */
  running: number;
  /** How often its stages have run: the first time of each includes making it ready. */
  readonly runs: number[];
}

const defaultMaximumShapes = 64;
let functionCount = 0;

/** Stages as TensorFlow functions, recorded and cut at the first call with each set of input shapes. */
export class CompiledFunctions implements CompiledStages {
  readonly #byShape = new Map<string, Compiled>();
  readonly #maximumShapes: number;
  #compilations = 0;
  #milliseconds = 0;
  #calls = 0;

  constructor(
    private readonly node: NodeBackend,
    private readonly stages: () => readonly Stage[],
    private readonly options: CompileOptions,
    private readonly precision: { readonly bfloat16: boolean },
    private readonly defaultMode: CompileMode,
  ) {
    this.#maximumShapes = options.maximumShapes ?? defaultMaximumShapes;
  }

  start(): StagedRun {
    this.#calls += 1;
    return new Run(this.node, (inputs) => this.#compiled(inputs), (compiled, stage, run) => this.#timed(compiled, stage, run));
  }

  report(): CompileReport {
    return { name: this.options.name, shapes: this.#byShape.size, compilations: this.#compilations, seconds: this.#milliseconds / 1000, calls: this.#calls };
  }

  dispose(): void {
    for (const compiled of this.#byShape.values()) this.#free(compiled);
    this.#byShape.clear();
  }

  #compiled(inputs: DeviceTensors): Compiled {
    const key = shapeKey(inputs);
    const known = this.#byShape.get(key);
    // Set anew even where it is known: the order of a map is that of the last use.
    this.#byShape.delete(key);
    const compiled = known ?? this.#compile(inputs);
    this.#byShape.set(key, compiled);
    if (this.#byShape.size > this.#maximumShapes) this.#freeOldest();
    return compiled;
  }

  #compile(inputs: DeviceTensors): Compiled {
    const before = performance.now();
    const { name, mode = this.defaultMode, rowOutputs = [] } = this.options;
    const recorded = trace(this.node, this.stages(), inputs, { name, ...this.precision });
    const identity = `gramkit_${functionCount++}_${name.replace(/\W+/g, '_')}`;
    try {
      const plans = cutStages(recorded, (stage) => `${identity}_${stage}`, mode, rowOutputs);
      this.#compilations += 1;
      return { plans, captured: recorded.captured, running: 0, runs: plans.map(() => 0) };
    } catch (cause) {
      releaseCaptured(this.node, recorded.captured);
      throw new GramkitError('ENGINE_FAILED', `The function '${name}' could not be compiled: ${(cause as Error).message}`, { cause });
    } finally {
      this.#milliseconds += performance.now() - before;
    }
  }

  #timed<Result>(compiled: Compiled, stage: number, run: () => Result): Result {
    if (compiled.runs[stage]!++ > 0) return run();
    const before = performance.now();
    try {
      return run();
    } finally {
      this.#milliseconds += performance.now() - before;
    }
  }

  #freeOldest(): void {
    for (const [key, compiled] of this.#byShape) {
      if (compiled.running > 0) continue;
      this.#byShape.delete(key);
      return this.#free(compiled);
    }
  }

  #free({ plans, captured }: Compiled): void {
    const binding = this.node.binding as GraphBinding;
    for (const { functionName } of plans) binding.removeFunction(functionName);
    releaseCaptured(this.node, captured);
  }
}

/** One run through the stages. */
class Run implements StagedRun {
  #compiled?: Compiled;
  #next = 0;
  #ended = false;
  /** Handles of the tensors held for later stages, by their numbers in the graph. */
  readonly #held = new Map<number, number>();
  heldBytes = 0;

  constructor(
    private readonly node: NodeBackend,
    private readonly compiledFor: (inputs: DeviceTensors) => Compiled,
    private readonly timed: <Result>(compiled: Compiled, stage: number, run: () => Result) => Result,
  ) {}

  next(inputs: DeviceTensors): DeviceTensors {
    if (this.#ended) throw new TypeError('All stages of this run have ended, or it was disposed.');
    if (this.#compiled === undefined) {
      this.#compiled = this.compiledFor(inputs);
      this.#compiled.running += 1;
    }
    const compiled = this.#compiled;
    const stage = this.#next++;
    try {
      return this.timed(compiled, stage, () => this.#execute(compiled.plans[stage]!, compiled, inputs));
    } catch (error) {
      this.dispose();
      throw error;
    } finally {
      if (this.#next === compiled.plans.length) this.dispose();
    }
  }

  dispose(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const handle of this.#held.values()) this.node.binding.deleteTensor(handle);
    this.#held.clear();
    this.heldBytes = 0;
    if (this.#compiled !== undefined) this.#compiled.running -= 1;
  }

  #execute(plan: StageFunctionPlan, compiled: Compiled, inputs: DeviceTensors): DeviceTensors {
    const binding = this.node.binding as GraphBinding;
    const handles = Int32Array.from(plan.inputs, (input) => this.#handle(input, compiled, inputs));
    const count = plan.outputs.length + plan.assigned.length + plan.held.length;
    const results = binding.executeFunction(plan.functionName, executionModes[plan.mode].configuration, handles, count);
    const tensors = results.slice(0, count - plan.held.length).map((handle) => this.node.createOutputTensor(handle));
    plan.held.forEach((tensor, index) => {
      const handle = results[count - plan.held.length + index]!;
      this.#held.set(tensor, handle.id);
      this.heldBytes += bytesOf(handle, this.node);
    });
    plan.assigned.forEach((variable, index) => {
      const value = tensors[plan.outputs.length + index]!;
      variable.assign(value);
      value.dispose();
    });
    return Object.fromEntries(plan.outputs.map((name, index) => [name, tensors[index]!]));
  }

  #handle(input: FunctionInput, { captured }: Compiled, inputs: DeviceTensors): number {
    if (input.from === 'held') return this.#held.get(input.tensor)!;
    if (input.from === 'input') return this.node.getInputTensorIds([inputs[input.name]!])[0]!;
    const source = captured.get(input.placeholder)!;
    return 'variable' in source ? this.node.getInputTensorIds([source.variable])[0]! : this.node.tensorMap.get(source.dataId).id;
  }
}

function bytesOf({ shape, dtype }: { readonly shape: readonly number[]; readonly dtype: number }, { binding }: NodeBackend): number {
  const width = dtype === binding.TF_BOOL ? 1 : dtype === binding.TF_FLOAT || dtype === binding.TF_INT32 ? 4 : 2;
  return shape.reduce((product, size) => product * size, width);
}

/** What a set of inputs is compiled for. */
function shapeKey(inputs: DeviceTensors): string {
  const forms = Object.entries(inputs as Readonly<Record<string, TensorForm & Pick<Tensor, 'dtype'>>>);
  return forms.map(([name, { dtype, shape }]) => `${name}:${dtype}:${shape.join('x')}`).sort().join(' ');
}
