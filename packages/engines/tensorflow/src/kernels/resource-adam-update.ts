import type { Variable } from '@tensorflow/tfjs-core';
import type { AdamUpdateAttributes, AdamUpdateInputs } from '@gramkit/spec';
import { attributesFor, type NodeBackend } from './node-backend.js';

/**
 * One step of Adam in place (equations at `AdamUpdateInputs` in spec) by an operation of TensorFlow, for devices whose memory our own cannot reach.
 *
 * It works on resources. The variables' buffers are lent to resources for the time of the update,
 * so between steps all three are ordinary variables. Its own correction of the bias, by powers of the betas, stays out: it rounds 1 - beta2^t
 * to a relative error of 3e-5 in the first steps.
 */
export function resourceAdamUpdate(node: NodeBackend, inputs: AdamUpdateInputs, attrs: AdamUpdateAttributes): void {
  const variables = [inputs.weight, inputs.firstMoment, inputs.secondMoment];
  const lent: Lent[] = [];
  const constants = [0, attrs.beta1, attrs.beta2].map((value) => node.binding.createTensor([], node.binding.TF_FLOAT, Float32Array.of(value)));
  try {
    for (const variable of variables) lent.push(lend(node, variable));
    const [rate, epsilon, gradient] = node.getInputTensorIds([inputs.rate, inputs.epsilon, inputs.gradient]) as [number, number, number];
    const [uncorrected, beta1, beta2] = constants as [number, number, number];
    const attribute = attributesFor(node);
    node.binding.executeOp('ResourceApplyAdam', [
      attribute.type('T', node.binding.TF_FLOAT), attribute.boolean('use_locking', false), attribute.boolean('use_nesterov', false),
    ], [...lent.map(({ resource }) => resource), uncorrected, uncorrected, rate, beta1, beta2, epsilon, gradient], 0);
  } finally {
    // Also after a failure: a variable must not be left without its buffer.
    for (const loan of lent) takeBack(node, loan);
    for (const id of constants) node.binding.deleteTensor(id);
  }
}

/** A variable whose buffer a resource holds for the time of the update. */
interface Lent {
  readonly variable: Variable;
  readonly resource: number;
}

/** The shared name that makes a resource nobody else can find; it goes when its handle goes. */
const anonymous = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

/**
 * Lends the buffer of `variable` to a resource. Of a buffer that nothing else shares, the resource becomes the only holder,
 * which is what lets TensorFlow write in place.
 */
function lend(node: NodeBackend, variable: Variable): Lent {
  const { binding } = node;
  const attribute = attributesFor(node);
  const resource = binding.executeOp('VarHandleOp', [
    attribute.type('dtype', binding.TF_FLOAT), attribute.shape('shape', variable.shape),
    attribute.text('container', ''), attribute.text('shared_name', anonymous),
  ], [], 1)[0]!.id;
  const [buffer] = node.getInputTensorIds([variable]) as [number];
  binding.executeOp('AssignVariableOp', [attribute.type('dtype', binding.TF_FLOAT)], [resource, buffer], 0);
  const data = node.tensorMap.get(variable.dataId);
  if (data.refCount === 1) {
    binding.deleteTensor(buffer);
    data.id = absent;
  }
  return { variable, resource };
}

/** tfjs-node's mark of a tensor that has no handle. */
const absent = -1;

/** Gives the buffer of a resource back to its variable, as its own data, or, where clones share that, as new data; frees the resource. */
function takeBack(node: NodeBackend, { variable, resource }: Lent): void {
  const attribute = attributesFor(node);
  const read = node.binding.executeOp('ReadVariableOp', [attribute.type('dtype', node.binding.TF_FLOAT)], [resource], 1)[0]!;
  node.binding.deleteTensor(resource);
  const data = node.tensorMap.get(variable.dataId);
  if (data.id === absent) {
    data.id = read.id;
    return;
  }
  const updated = node.createOutputTensor(read);
  variable.assign(updated);
  updated.dispose();
}
