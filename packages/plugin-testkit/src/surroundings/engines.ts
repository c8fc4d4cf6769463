import { loadEngine } from '@gramkit/engine-tensorflow';
import type { Engine } from '@gramkit/spec';

/** How a component's functions are run: compiled as a whole, or one operation after the other. */
export const ways = ['compiled', 'operation by operation'] as const;
export type Way = (typeof ways)[number];

/**
 * TensorFlow on the processor, where equal work gives equal bits.
 * @throws GramkitError ENGINE_NOT_SET_UP with the command to run.
 */
export function engineFor(way: Way): Promise<Engine> {
  return loadEngine({ device: 'cpu', compile: way === 'compiled' ? 'graph' : 'off' });
}
