import * as tf from '@tensorflow/tfjs-core';
import { Tensor, Variable, type TensorInfo } from '@tensorflow/tfjs-core';
import type { DeviceTensors, GramkitError, Stage } from '@gramkit/spec';
import type { AddonBinding, HandleInfo, NodeBackend, OperationAttribute } from '../kernels/node-backend.js';
import { firstSymbol, GraphRecorder, type RecorderOptions } from './graph-recorder.js';
import type { GraphBinding } from './graph-binding.js';
import { notCompilable } from './not-compilable.js';

/** A tensor from outside that a recorded function uses: a variable by itself, whatever its value will be, any other by its data. */
export type Captured = { readonly variable: Variable } | { readonly dataId: object };

/** What a stage does: its inputs, its outputs and the variables it assigns, as tensors of the graph. */
export interface RecordedStage {
  /** Placeholders by the names of the inputs, in the order of the names. */
  readonly inputs: readonly (readonly [name: string, id: number])[];
  readonly outputs: readonly (readonly [name: string, id: number])[];
  readonly assignments: readonly (readonly [variable: Variable, id: number])[];
}

export interface Trace {
  readonly recorder: GraphRecorder;
  readonly stages: readonly RecordedStage[];
  /** What the stages use from outside, by its placeholder. */
  readonly captured: ReadonlyMap<number, Captured>;
}

/**
 * Runs the stages once on tensors without values and records every operation. While it lasts, the addon behind tfjs's backend is replaced
 * by the recorder, so whatever is written in tfjs is recorded, gradients among it; tensors of before become inputs of the graph.
 * Captured tensors are held (`release` frees them).
 * @throws GramkitError ENGINE_UNSUPPORTED for what cannot be recorded
 */
export function trace(node: NodeBackend, stages: readonly Stage[], firstInputs: DeviceTensors, options: RecorderOptions): Trace {
  const tracer = new Tracer(node, options);
  try {
    return tracer.run(stages, firstInputs);
  } catch (error) {
    releaseCaptured(node, tracer.captured);
    throw error;
  }
}

/** Lets go of the tensors that a trace held. */
export function releaseCaptured(node: NodeBackend, captured: ReadonlyMap<number, Captured>): void {
  for (const one of captured.values()) if ('dataId' in one) node.disposeData(one.dataId);
}

class Tracer {
  readonly captured = new Map<number, Captured>();
  readonly #recorder: GraphRecorder;
  readonly #binding: GraphBinding;
  /** Placeholders of captured tensors by their handles, so that each is captured once. */
  readonly #placeholders = new Map<number, number>();
  /** Data that came to be while recording. */
  readonly #recorded = new Set<object>();
  readonly #variables = new Map<object, Variable>();
  /** Variables assigned so far in the stage, with what they are in it. */
  readonly #assigned = new Map<Variable, Tensor>();
  readonly #original = new Map<Variable, object>();
  readonly #kept: Tensor[] = [];

  constructor(
    private readonly node: NodeBackend,
    private readonly options: RecorderOptions,
  ) {
    this.#binding = node.binding as GraphBinding;
    this.#recorder = new GraphRecorder(this.#binding, options);
    for (const variable of Object.values(tf.engine().registeredVariables)) this.#variables.set(variable.dataId, variable);
  }

  run(stages: readonly Stage[], firstInputs: DeviceTensors): Trace {
    const recorded: RecordedStage[] = [];
    this.#instead(() =>
      tf.tidy(() => {
        let outputs: DeviceTensors = {};
        for (const [index, stage] of stages.entries()) {
          this.#recorder.stage = index;
          const inputs = this.#inputs(index === 0 ? firstInputs : (stage.inputs?.(outputs) ?? {}));
          outputs = stage.compute(inputs.tensors);
          recorded.push({ inputs: inputs.placeholders, outputs: this.#named(outputs), assignments: this.#takeAssignments() });
        }
      }),
    );
    return { recorder: this.#recorder, stages: recorded, captured: this.captured };
  }

  #inputs(forms: Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype: tf.DataType }>>) {
    const placeholders = Object.keys(forms).sort().map((name) => [name, this.#recorder.placeholder(this.node.getDTypeInteger(forms[name]!.dtype), forms[name]!.shape)] as const);
    const tensors = Object.fromEntries(placeholders.map(([name, id]) => [name, this.node.createOutputTensor(this.#symbol(id))]));
    return { placeholders, tensors };
  }

  #named(tensors: DeviceTensors): (readonly [string, number])[] {
    return Object.entries(tensors).map(([name, tensor]) => {
      if (!(tensor instanceof Tensor) || tensor.isDisposed) throw this.#refusal(`gives '${name}', which is no tensor or has been disposed`, 'Return tensors by name.');
      return [name, this.#idOf(tensor)] as const;
    });
  }

  #symbol(id: number): HandleInfo {
    const { dtype, shape } = this.#recorder.tensor(id);
    return { id: firstSymbol + id, dtype, shape: [...shape] };
  }

  #idOf(tensor: TensorInfo): number {
    return this.#inGraph(this.node.getInputTensorIds([tensor])[0]!);
  }

  #inGraph(handle: number): number {
    return handle >= firstSymbol ? handle - firstSymbol : this.#placeholders.get(handle)!;
  }

  /** Puts the recorder in the addon's place while `run` lasts. */
  #instead(run: () => void): void {
    const { node } = this;
    const { random } = Math;
    const { assign } = Variable.prototype;
    const methods = node as { -readonly [Key in 'getInputTensorIds' | 'move' | 'createOutputTensor']?: NodeBackend[Key] };
    const prototype = Object.getPrototypeOf(node) as NodeBackend;
    node.binding = this.#standIn();
    methods.getInputTensorIds = (tensors) => {
      for (const tensor of tensors) this.#capture(tensor);
      return prototype.getInputTensorIds.call(node, tensors);
    };
    methods.move = (dataId, ...rest) => {
      this.#recorded.add(dataId);
      prototype.move.call(node, dataId, ...rest);
    };
    methods.createOutputTensor = (handle) => {
      const tensor = prototype.createOutputTensor.call(node, handle);
      this.#recorded.add(tensor.dataId);
      return tensor;
    };
    const record = (variable: Variable, value: Tensor) => this.#assign(variable, value);
    Variable.prototype.assign = function (this: Variable, value: Tensor) {
      record(this, value);
    } as typeof assign;
    Math.random = () => {
      throw this.#refusal('draws random numbers in JavaScript, which would be the same ones at every call', 'Draw them by seeds that are inputs, as dropout of @gramkit/tensor does.');
    };
    try {
      run();
      this.#restoreVariables();
      this.#checkNothingKept();
    } finally {
      this.#restoreVariables();
      Math.random = random;
      Variable.prototype.assign = assign;
      delete methods.createOutputTensor;
      delete methods.move;
      delete methods.getInputTensorIds;
      node.binding = this.#binding;
    }
  }

  /** The addon's interface with the recorder behind it. Its own properties are read-only: they cannot be assigned over. */
  #standIn(): AddonBinding {
    const recorder = this.#recorder;
    const toGraph = (ids: readonly number[]) => ids.map((id) => this.#inGraph(id));
    const standIn: Partial<AddonBinding> = {
      executeOp: (name, attributes, inputs, outputCount) => this.#public(recorder.execute(name, attributes as readonly OperationAttribute[], toGraph(inputs), outputCount)),
      executeShapedOp: (name, attributes, inputs, outputs) =>
        this.#public(recorder.execute(name, attributes, toGraph(inputs), outputs.length, outputs.map(({ shape }) => shape))),
      createTensor: (shape, dtype, values) => firstSymbol + recorder.constant(dtype, shape, values),
      deleteTensor: (id) => {
        if (id < firstSymbol) this.#binding.deleteTensor(id);
      },
      tensorDataSync: (id) => this.#read(id),
      addToRows: () => {
        throw this.#refusal('changes rows of a table in place', 'Return the values and add them outside.');
      },
      adamUpdate: () => {
        throw this.#refusal('updates weights by an optimizer', 'Return the gradients and apply them outside.');
      },
    };
    return Object.create(this.#binding, Object.fromEntries(Object.entries(standIn).map(([name, value]) => [name, { value }]))) as AddonBinding;
  }

  #public(handles: readonly HandleInfo[]): HandleInfo[] {
    return handles.map(({ id }) => this.#symbol(id));
  }

  #read(id: number): unknown {
    if (id < firstSymbol) return this.#binding.tensorDataSync(id);
    const { values } = this.#recorder.tensor(id - firstSymbol);
    if (values !== undefined) return values;
    throw this.#refusal('reads the values of a tensor (data, dataSync, array, print, …), which do not exist yet', 'Compute with tensors to the end, and read values outside.');
  }

  /** Makes a tensor from before an input of the graph. */
  #capture({ dataId }: TensorInfo): void {
    const data = this.node.tensorMap.get(dataId);
    if (this.#recorded.has(dataId)) return;
    if (data.values !== null && data.values !== undefined) {
      data.id = this.#binding.createTensor(data.shape, data.dtype, data.values);
      data.values = null;
    }
    if (this.#placeholders.has(data.id)) return;
    const placeholder = this.#recorder.placeholder(data.dtype, data.shape);
    this.#placeholders.set(data.id, placeholder);
    const variable = this.#variables.get(dataId);
    if (variable === undefined) this.node.incRef(dataId);
    this.captured.set(placeholder, variable === undefined ? { dataId } : { variable });
  }

  /** From here on the variable is what the graph made of it, until the trace ends. */
  #assign(variable: Variable, value: Tensor): void {
    if (value.dtype !== variable.dtype || !tf.util.arraysEqual(value.shape, variable.shape)) {
      throw this.#refusal(`assigns ${value.dtype} [${value.shape.join(', ')}] to a variable of ${variable.dtype} [${variable.shape.join(', ')}]`, 'A variable keeps its form.');
    }
    if (!this.#original.has(variable)) this.#original.set(variable, variable.dataId);
    const kept = tf.keep(value.clone());
    this.#kept.push(kept);
    this.#assigned.set(variable, kept);
    variable.dataId = kept.dataId;
  }

  #takeAssignments(): (readonly [Variable, number])[] {
    const assignments = Array.from(this.#assigned, ([variable, value]) => [variable, this.#idOf(value)] as const);
    this.#assigned.clear();
    return assignments;
  }

  #restoreVariables(): void {
    for (const [variable, dataId] of this.#original) variable.dataId = dataId;
    tf.dispose(this.#kept);
  }

  #checkNothingKept(): void {
    const kept = Array.from(this.#recorded).filter((dataId) => this.node.tensorMap.has(dataId));
    for (const dataId of kept) this.node.disposeData(dataId, true);
    if (kept.length > 0) {
      throw this.#refusal(`keeps ${kept.length} tensor(s) beyond its end (tf.keep, tf.variable), which have no values`, 'Make what is kept before, outside the function.');
    }
  }

  #refusal(found: string, fix: string): GramkitError {
    return notCompilable(this.options.name, found, fix);
  }
}
