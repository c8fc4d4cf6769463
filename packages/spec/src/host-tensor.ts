import type { Tensor } from '@tensorflow/tfjs-core';

/** A tensor in the memory of the host: plain typed arrays that can go to a worker. Row-major. */
export type HostTensor =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array };

export type HostTensors = Readonly<Record<string, HostTensor>>;
export type DeviceTensors = Readonly<Record<string, Tensor>>;
