import { GramkitError, type HostTensor } from '@gramkit/spec';
import { type ModelTensor, openModelTensors } from '@gramkit/tensor';
import type { WeightDescription } from './bert-weights.js';

/** Tensors of other heads and of training, which an item encoder has no use for. */
const harmless = /^(pooler|cls|classifier|qa_outputs|fit_denses?)\.|^embeddings\.(position_ids|token_type_ids)$/;

/**
 * Reads the tensors of a BERT network from a model folder, with the prefix `bert.` or without, under old names of layer norms or new.
 * @throws GramkitError MODEL_WEIGHTS_MISMATCH naming every tensor that is missing, unexpected or of another shape, and the errors of reading
 */
export async function readBertTensors(directory: string, wanted: readonly WeightDescription[]): Promise<ReadonlyMap<string, HostTensor>> {
  const found = await openBertTensors(directory);
  assertMatch(directory, found, wanted);
  const tensors = new Map<string, HostTensor>();
  for (const { name } of wanted) tensors.set(name, await readFloat(found.get(name)!, name));
  return tensors;
}

/**
 * The tensors of a model folder that a network could be read from, by their names in the network.
 * @throws GramkitError as `readBertTensors`
 */
export async function openBertTensors(directory: string): Promise<ReadonlyMap<string, StoredTensor>> {
  return byNetworkName(directory, await openModelTensors(directory));
}

/** A tensor and the name that its file has for it. */
export interface StoredTensor extends ModelTensor {
  readonly storedName: string;
}

function byNetworkName(directory: string, stored: ReadonlyMap<string, ModelTensor>): ReadonlyMap<string, StoredTensor> {
  const found = new Map<string, StoredTensor>();
  for (const [storedName, tensor] of stored) {
    const name = networkName(storedName);
    if (found.has(name)) throw mismatch(directory, [`'${name}' is there twice, once as '${storedName}'`], name);
    found.set(name, { ...tensor, storedName });
  }
  return found;
}

function networkName(stored: string): string {
  return stored.replace(/^bert\./, '').replace(/\.LayerNorm\.gamma$/, '.LayerNorm.weight').replace(/\.LayerNorm\.beta$/, '.LayerNorm.bias');
}

function assertMatch(directory: string, found: ReadonlyMap<string, ModelTensor>, wanted: readonly WeightDescription[]): void {
  const names = new Set(wanted.map(({ name }) => name));
  const problems = [
    ...wanted.filter(({ name }) => !found.has(name)).map(({ name, shape }) => `'${name}' [${shape.join(', ')}] is missing`),
    ...[...found.keys()].filter((name) => !names.has(name) && !harmless.test(name)).map((name) => `'${name}' is unexpected`),
    ...wanted.flatMap(({ name, shape }) => shapeProblem(name, shape, found.get(name)?.shape)),
  ];
  if (problems.length > 0) throw mismatch(directory, problems);
}

function shapeProblem(name: string, expected: readonly number[], actual: readonly number[] | undefined): string[] {
  if (actual === undefined || actual.join() === expected.join()) return [];
  return [`'${name}' has the shape [${actual.join(', ')}], not [${expected.join(', ')}]`];
}

async function readFloat(tensor: ModelTensor, name: string): Promise<HostTensor> {
  const read = await tensor.read();
  if (read.dtype === 'float32') return read;
  throw new GramkitError('MODEL_UNSUPPORTED', `tensor '${name}' has elements of type ${tensor.elementType}, and weights are floats`, {
    file: tensor.file, field: name, alternatives: ['F32', 'F16', 'BF16'], fix: 'save the model as floats',
  });
}

function mismatch(directory: string, problems: readonly string[], field?: string): GramkitError {
  return new GramkitError('MODEL_WEIGHTS_MISMATCH', `the tensors are not those of the network in config.json:\n- ${problems.join('\n- ')}`, {
    file: directory, ...(field === undefined ? {} : { field }), fix: 'check that config.json and the safetensors files belong to one BERT-family model',
  });
}
