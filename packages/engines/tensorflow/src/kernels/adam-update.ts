import { unsortedSegmentSum, Variable, type KernelFunc, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { GramkitError, kernelNames, type AdamUpdateAttributes, type AdamUpdateInputs } from '@gramkit/spec';
import { configuredThreads } from '../engine/environment.js';
import { replaceKernel, type NodeBackend } from './node-backend.js';
import { ownHandle } from './own-handle.js';
import { resourceAdamUpdate } from './resource-adam-update.js';

/** One step of Adam in place (equations at `AdamUpdateInputs` in spec): the addon's own on a CPU (assets/addon/binding/adam_update.cc), TensorFlow's on a GPU. */
export function registerAdamUpdate(): void {
  replaceKernel({ kernelName: kernelNames.adamUpdate, kernelFunc: adamUpdate as unknown as KernelFunc });
}

interface AdamUpdateArguments {
  readonly inputs: AdamUpdateInputs;
  readonly attrs: AdamUpdateAttributes;
  readonly backend: unknown;
}

function adamUpdate({ inputs, attrs, backend }: AdamUpdateArguments): TensorInfo[] {
  const node = backend as NodeBackend;
  checkArguments(inputs, attrs);
  if (node.isUsingGpuDevice) resourceAdamUpdate(node, wholeTable(inputs), attrs);
  else nativeAdamUpdate(node, inputs, attrs);
  return [];
}

function wholeTable({ rows, gradient, ...inputs }: AdamUpdateInputs): AdamUpdateInputs {
  return { ...inputs, gradient: rows === undefined ? gradient : unsortedSegmentSum(gradient, rows, inputs.weight.shape[0]!) };
}

function nativeAdamUpdate(node: NodeBackend, inputs: AdamUpdateInputs, { beta1, beta2, activeRows, onlyTouchedRows = false }: AdamUpdateAttributes): void {
  const variables = [inputs.weight, inputs.firstMoment, inputs.secondMoment];
  for (const variable of variables) ownHandle(node, variable);
  const [weight, firstMoment, secondMoment, gradient] = node.getInputTensorIds([...variables, inputs.gradient]) as [number, number, number, number];
  const rows = inputs.rows === undefined ? -1 : node.getInputTensorIds([inputs.rows])[0]!;
  node.binding.adamUpdate(
    weight, firstMoment, secondMoment, gradient, rows, activeRows, onlyTouchedRows,
    valueOf(inputs.rate), valueOf(inputs.epsilon), beta1, beta2, configuredThreads(),
  );
}

/** Scalars made in JavaScript and not used yet have their value at hand. */
function valueOf(scalar: Tensor): number {
  return scalar.dataSync()[0]!;
}

function checkArguments({ weight, firstMoment, secondMoment, gradient, rows, rate, epsilon }: AdamUpdateInputs, { activeRows }: AdamUpdateAttributes): void {
  const variables = [weight, firstMoment, secondMoment];
  const whole = rows === undefined ? [gradient] : [];
  for (const tensor of [...variables, ...whole]) {
    const alike = tensor.dtype === 'float32' && tensor.shape.join() === weight.shape.join();
    if (!alike) throw new GramkitError('ENGINE_FAILED', `Adam got a gradient of ${describe(gradient)} beside a weight or moment of ${describe(tensor)} and one of ${describe(weight)}`);
  }
  if (rows !== undefined && (gradient.rank !== 2 || gradient.dtype !== 'float32' || rows.dtype !== 'int32' || rows.size !== gradient.shape[0] || activeRows === undefined)) {
    throw new GramkitError('ENGINE_FAILED', `Adam got gradients of rows as ${describe(gradient)} for rows ${describe(rows)} of a table ${describe(weight)}`);
  }
  if (rate.rank !== 0 || epsilon.rank !== 0) throw new GramkitError('ENGINE_FAILED', `Adam got a rate ${describe(rate)} and an epsilon ${describe(epsilon)}: both are scalars`);
  if (!variables.every((variable) => variable instanceof Variable)) {
    throw new GramkitError('ENGINE_FAILED', 'Adam updates variables in place; a weight or moment is a plain tensor', { fix: 'make it with tf.variable' });
  }
}

function describe(tensor: Tensor): string {
  return `${tensor.dtype} [${tensor.shape.join(', ')}]`;
}
