import type { GraphBinding, NativeGraph } from './graph-binding.js';

/** What must be known of an operation to add it to a graph. */
export interface OperationDefinition {
  /** For each argument whether it is a list of tensors. */
  readonly listArguments: readonly boolean[];
  /** Whether it keeps a state or draws random numbers: the order and the number of its runs matter. */
  readonly stateful: boolean;
}

/** The fields of TensorFlow's OpDef (op_def.proto) that are read here. */
const fields = { inputArgument: 2, stateful: 17 };
const argumentFields = { numberAttribute: 5, typeListAttribute: 6 };

const known = new Map<string, OperationDefinition>();

export function operationDefinition(binding: GraphBinding, graph: NativeGraph, name: string): OperationDefinition {
  const found = known.get(name) ?? parse(binding.operationDefinition(graph, name));
  known.set(name, found);
  return found;
}

function parse(definition: Uint8Array): OperationDefinition {
  const entries = [...protocolFields(definition)];
  return {
    listArguments: entries.filter(([field]) => field === fields.inputArgument).map(([, argument]) => isList(argument as Uint8Array)),
    stateful: entries.some(([field, value]) => field === fields.stateful && value === 1),
  };
}

function isList(argument: Uint8Array): boolean {
  return [...protocolFields(argument)].some(([field]) => field === argumentFields.numberAttribute || field === argumentFields.typeListAttribute);
}

/** The fields of a message of protocol buffers: numbers where they are varints, bytes where they are length-delimited; others are passed over. */
function* protocolFields(message: Uint8Array): Generator<[field: number, value: number | Uint8Array]> {
  let position = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = message[position++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const fixedSizes: Record<number, number> = { 1: 8, 5: 4 };
  while (position < message.length) {
    const key = varint();
    const [field, wireType] = [Math.floor(key / 8), key % 8];
    if (wireType === 0) yield [field, varint()];
    else if (wireType === 2) {
      const length = varint();
      yield [field, message.subarray(position, position + length)];
      position += length;
    } else position += fixedSizes[wireType]!;
  }
}
