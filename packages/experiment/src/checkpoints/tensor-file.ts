import { GramkitError, type HostTensor } from '@gramkit/spec';
import { readSafetensors, writeSafetensors } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Writes tensors of a component's state as they are, bit for bit. @throws GramkitError OUTPUT_UNWRITABLE */
export async function writeStateTensors(file: string, tensors: Readonly<Record<string, Tensor>>): Promise<void> {
  const host: Record<string, HostTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) host[name] = await download(name, tensor);
  await writeSafetensors(file, host);
}

/** Tensors of a state file on the device; `dispose` frees them. @throws GramkitError MODEL_FILE_CORRUPT */
export async function readStateTensors(file: string): Promise<{ readonly tensors: Readonly<Record<string, Tensor>>; readonly dispose: () => void }> {
  const { tensors: host } = await readSafetensors(file);
  const tensors = Object.fromEntries(Object.entries(host).map(([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)]));
  return { tensors, dispose: () => tf.dispose(Object.values(tensors)) };
}

async function download(name: string, tensor: Tensor): Promise<HostTensor> {
  if (tensor.dtype === 'float32') return { dtype: 'float32', shape: tensor.shape, data: await tensor.data<'float32'>() };
  if (tensor.dtype === 'int32') return { dtype: 'int32', shape: tensor.shape, data: await tensor.data<'int32'>() };
  throw new GramkitError('PLUGIN_INVALID', `the state tensor '${name}' is ${tensor.dtype}; a checkpoint holds float32 and int32`, { field: name, fix: 'Keep other state in the values of ComponentState.' });
}
