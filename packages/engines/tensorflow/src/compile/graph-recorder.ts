import type { GramkitError } from '@gramkit/spec';
import type { HandleInfo, OperationAttribute } from '../kernels/node-backend.js';
import type { AddedOperation, GraphBinding, NativeGraph } from './graph-binding.js';
import { notCompilable } from './not-compilable.js';
import { operationDefinition } from './operation-definitions.js';

/** Handles from here on are tensors of a graph under construction, below are tensors of the addon. */
export const firstSymbol = 2 ** 30;

/** TensorFlow's number of bfloat16, which tfjs does not know. */
const bfloat16 = 14;

/** A tensor of the graph. */
export interface GraphNodeTensor {
  readonly id: number;
  readonly dtype: number;
  readonly shape: readonly number[];
  /** The stage in which it came to be. */
  readonly stage: number;
  /** The operation that makes it; undefined for a placeholder. */
  readonly operation?: GraphOperation;
  /** Values of a constant. */
  readonly values?: ArrayBufferView;
}

export interface GraphOperation {
  readonly id: number;
  readonly name: string;
  /** Ids of its inputs, lists among them flattened. */
  readonly inputs: readonly number[];
  readonly stage: number;
}

export interface RecorderOptions {
  /** What is recorded, for errors. */
  readonly name: string;
  /** Matrix products of float32 in bfloat16. */
  readonly bfloat16: boolean;
}

/** Records operations as nodes of a TensorFlow graph. */
export class GraphRecorder {
  readonly graph: NativeGraph;
  readonly #tensors: GraphNodeTensor[] = [];
  readonly #casts = new Map<string, number>();
  /** Number of the stage that is recorded. */
  stage = 0;

  constructor(
    readonly binding: GraphBinding,
    private readonly options: RecorderOptions,
  ) {
    this.graph = binding.createGraph();
  }

  tensor(id: number): GraphNodeTensor {
    return this.#tensors[id]!;
  }

  placeholder(dtype: number, shape: readonly number[]): number {
    return this.#register(this.binding.addPlaceholder(this.graph, dtype, shape), []).id;
  }

  constant(dtype: number, shape: readonly number[], values: unknown): number {
    if (!ArrayBuffer.isView(values)) throw this.#refusal('holds a constant of texts or objects', 'Compute with numbers alone.');
    // A copy: the array may be changed by whoever made it.
    const copy = values.constructor as new (source: ArrayBufferView) => ArrayBufferView;
    const kept = new copy(values);
    return this.#register(this.binding.addConstant(this.graph, dtype, shape, kept), [], { values: kept }).id;
  }

  /** What stands in for the addon's `executeOp`. @param shapes of the outputs, where TensorFlow cannot tell them */
  execute(name: string, attributes: readonly OperationAttribute[], inputs: readonly number[], outputCount: number, shapes?: readonly (readonly number[])[]): HandleInfo[] {
    const product = this.#isMatrixProduct(name, inputs);
    if (product && this.options.bfloat16) return this.#bfloat16Product(name, attributes, inputs);
    return this.#add(...(product ? asMatrixProduct(this, name, attributes, inputs) : ([name, attributes, inputs] as const)), shapes).slice(0, outputCount);
  }

  identity(id: number): number {
    const { dtype } = this.tensor(id);
    return this.#add('Identity', [this.#type('T', dtype)], [id])[0]!.id;
  }

  #isMatrixProduct(name: string, inputs: readonly number[]): boolean {
    return (name === 'BatchMatMulV2' || name === 'MatMul') && this.tensor(inputs[0]!).dtype === this.binding.TF_FLOAT;
  }

  #bfloat16Product(name: string, attributes: readonly OperationAttribute[], inputs: readonly number[]): HandleInfo[] {
    const operands = inputs.map((input) => this.#cast(input, bfloat16));
    const typed = attributes.map((attribute) => (attribute.name === 'T' ? this.#type('T', bfloat16) : attribute));
    const [product] = this.#add(name, typed, operands);
    const result = this.#cast(product!.id, this.binding.TF_FLOAT);
    return [this.tensor(result)];
  }

  /** A cast of each tensor to each type is made once. */
  #cast(id: number, dtype: number): number {
    const key = `${id}:${dtype}`;
    const known = this.#casts.get(key);
    if (known !== undefined) return known;
    const attributes = [this.#type('SrcT', this.tensor(id).dtype), this.#type('DstT', dtype)];
    const cast = this.#add('Cast', attributes, [id])[0]!.id;
    this.#casts.set(key, cast);
    return cast;
  }

  #type(name: string, value: number): OperationAttribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value };
  }

  #add(name: string, attributes: readonly OperationAttribute[], inputs: readonly number[], shapes?: readonly (readonly number[])[]): GraphNodeTensor[] {
    const { listArguments, stateful } = operationDefinition(this.binding, this.graph, name);
    if (stateful) {
      throw this.#refusal(`runs the stateful operation ${name}`, 'Draw random numbers by seeds that are inputs (dropout of @gramkit/tensor does), and keep state in variables.');
    }
    const added = this.binding.addOperation(this.graph, name, attributes, withLists(inputs, listArguments), shapes);
    return this.#registerAll(added, inputs, name);
  }

  #register(added: AddedOperation, inputs: readonly number[], constant?: { readonly values: ArrayBufferView }): GraphNodeTensor {
    const [output] = added.outputs;
    const { id, dtype, shape } = output!;
    const operation = constant && { id: added.operation, name: 'Const', inputs, stage: this.stage };
    const tensor = { id, dtype, shape: shape!, stage: this.stage, ...(operation && { operation }), ...constant };
    this.#tensors[id] = tensor;
    return tensor;
  }

  #registerAll(added: AddedOperation, inputs: readonly number[], name: string): GraphNodeTensor[] {
    const operation = { id: added.operation, name, inputs, stage: this.stage };
    return added.outputs.map(({ id, dtype, shape }) => {
      if (shape === null || shape.some((size) => size < 0)) {
        throw this.#refusal(`runs ${name}, whose result has a shape that depends on values`, 'Use an operation whose result has the same shape whatever the values are.');
      }
      const tensor = { id, dtype, shape, stage: this.stage, operation };
      this.#tensors[id] = tensor;
      return tensor;
    });
  }

  #refusal(found: string, fix: string): GramkitError {
    return notCompilable(this.options.name, found, fix);
  }
}

/**
 * A float32 product of two matrices as `MatMul` rather than the batched product that tfjs-node runs, where that is faster: up to a fifth with few
 * rows, unless the second matrix is transposed (1.6 times slower then). In bfloat16 the batched product is as fast or faster, by half with few columns.
 */
function asMatrixProduct(
  recorder: GraphRecorder, name: string, attributes: readonly OperationAttribute[], inputs: readonly number[],
): readonly [string, readonly OperationAttribute[], readonly number[]] {
  const transposed = attributes.some((attribute) => attribute.name === 'adj_y' && attribute.value === true);
  if (name !== 'BatchMatMulV2' || transposed || inputs.some((input) => recorder.tensor(input).shape.length !== 2)) return [name, attributes, inputs];
  const renamed: Record<string, string> = { adj_x: 'transpose_a', adj_y: 'transpose_b' };
  return ['MatMul', attributes.map((attribute) => ({ ...attribute, name: renamed[attribute.name] ?? attribute.name })), inputs];
}

/** Inputs as a graph takes them: those of an argument that is a list, together. An operation has one such argument, or several of the same length. */
function withLists(inputs: readonly number[], listArguments: readonly boolean[]): (number | readonly number[])[] {
  const lists = listArguments.filter(Boolean).length;
  if (lists === 0) return [...inputs];
  const length = (inputs.length - (listArguments.length - lists)) / lists;
  let next = 0;
  return listArguments.map((list) => {
    if (!list) return inputs[next++]!;
    next += length;
    return inputs.slice(next - length, next);
  });
}
