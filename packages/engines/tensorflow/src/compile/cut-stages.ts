import type { CompileMode } from '@gramkit/spec';
import { executionModes, modeOf } from './execution-mode.js';
import type { GraphRecorder } from './graph-recorder.js';
import type { RecordedStage, Trace } from './trace.js';
import type { Variable } from '@tensorflow/tfjs-core';

/** Where an input of a function comes from. */
export type FunctionInput =
  | { readonly from: 'input'; readonly name: string }
  | { readonly from: 'captured'; readonly placeholder: number }
  /** A tensor that an earlier stage put out for this one, by its number in the graph. */
  | { readonly from: 'held'; readonly tensor: number };

/** A stage as a function that the engine knows by its name. */
export interface StageFunctionPlan {
  readonly functionName: string;
  readonly mode: CompileMode;
  readonly inputs: readonly FunctionInput[];
  /** Names of its outputs, in order. */
  readonly outputs: readonly string[];
  /** Variables that take the outputs after those. */
  readonly assigned: readonly Variable[];
  /** Tensors held for later stages, which are the outputs after those. */
  readonly held: readonly number[];
}

/** A stage with its outputs as they will be put out: sums of rows in their parts, what it does not compute itself by way of an operation of its own. */
interface Roots {
  readonly names: readonly string[];
  readonly outputs: readonly number[];
  readonly assigned: readonly Variable[];
  readonly values: readonly number[];
}

/**
 * Cuts the graph of a trace into one function a stage. A function holds what its outputs need and no more; a tensor of an earlier stage
 * becomes an output of that one and an input of this.
 */
export function cutStages({ recorder, stages, captured }: Trace, functionName: (stage: number) => string, wanted: CompileMode, rowOutputs: readonly string[]): StageFunctionPlan[] {
  const held: Set<number>[] = stages.map(() => new Set());
  const roots = stages.map((stage, index) => rootsOf(recorder, stage, index, rowOutputs));
  const plans: StageFunctionPlan[] = [];
  // From the last to the first: what a stage must hold is known once those after it are cut.
  for (let index = stages.length - 1; index >= 0; index--) {
    const { names: outputNames, outputs, assigned, values } = roots[index]!;
    const heldHere = Array.from(held[index]!);
    const results = [...outputs, ...values, ...heldHere.map((id) => computedIn(recorder, id, index))];
    const { operations, leaves, names } = reach(recorder, results, index);
    const inputNames = new Map(stages[index]!.inputs.map(([name, id]) => [id, name]));
    const inputs = leaves.map((id): FunctionInput => {
      if (inputNames.has(id)) return { from: 'input', name: inputNames.get(id)! };
      if (captured.has(id)) return { from: 'captured', placeholder: id };
      held[recorder.tensor(id).stage]!.add(id);
      return { from: 'held', tensor: id };
    });
    const name = functionName(index);
    const mode = modeOf(wanted, names);
    recorder.binding.addFunction(recorder.graph, name, operations, leaves, results, executionModes[mode].attributes);
    plans[index] = { functionName: name, mode, inputs, outputs: outputNames, assigned, held: heldHere };
  }
  return plans;
}

function rootsOf(recorder: GraphRecorder, { outputs, assignments }: RecordedStage, stage: number, rowOutputs: readonly string[]): Roots {
  const named = outputs.flatMap(([name, id]) => (rowOutputs.includes(name) ? partsOf(recorder, name, id) : [[name, id] as const]));
  return {
    names: named.map(([name]) => name),
    outputs: named.map(([, id]) => computedIn(recorder, id, stage)),
    assigned: assignments.map(([variable]) => variable),
    values: assignments.map(([, id]) => computedIn(recorder, id, stage)),
  };
}

/** Rows and values of a sum of rows into a table; the table itself where it is something else. */
function partsOf(recorder: GraphRecorder, name: string, id: number): (readonly [string, number])[] {
  const { operation } = recorder.tensor(id);
  const [values, rows] = operation?.inputs ?? [];
  const rowWise = operation?.name === 'UnsortedSegmentSum' && recorder.tensor(values!).shape.length === 2 && recorder.tensor(rows!).shape.length === 1;
  return rowWise ? [[`${name}#rows`, rows!], [`${name}#values`, values!]] : [[name, id]];
}

/** The tensor itself where an operation of the stage makes it, else one that equals it: a function cannot put out its own input. */
function computedIn(recorder: GraphRecorder, id: number, stage: number): number {
  if (recorder.tensor(id).operation?.stage === stage) return id;
  recorder.stage = stage;
  return recorder.identity(id);
}

/** The operations of a stage that `results` need, and the tensors that come from outside. Constants belong to every stage that uses them. */
function reach(recorder: GraphRecorder, results: readonly number[], stage: number): { operations: number[]; names: ReadonlySet<string>; leaves: number[] } {
  const operations = new Set<number>();
  const names = new Set<string>();
  const leaves = new Set<number>();
  const waiting = [...results];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const { operation } = recorder.tensor(id);
    if (operation === undefined || (operation.stage !== stage && operation.name !== 'Const')) leaves.add(id);
    else if (!operations.has(operation.id)) {
      operations.add(operation.id);
      names.add(operation.name);
      waiting.push(...operation.inputs);
    }
  }
  return { names, operations: Array.from(operations).sort((left, right) => left - right), leaves: Array.from(leaves).sort((left, right) => left - right) };
}
