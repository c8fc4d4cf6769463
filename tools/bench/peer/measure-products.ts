import { defaultModelDirectory } from '@gramkit/engine-tensorflow';
import { worker } from '../run-gram.js';
import { batchSize } from './cases.js';
import { encoderProducts, encoderSizes } from './encoder-products.js';
import { type MatrixProduct, operationsOf } from './matrix-product.js';
import type { Measurement, Task } from './measurement.js';

/** Seconds that the matrix products of our step take alone, of the sizes that `ofOurs` met, in the same engine and precision. */
export async function measureProducts(task: Task, ofOurs: Measurement): Promise<Measurement> {
  const { precision, setting: { threads } } = task;
  const products = await productsOf(task, ofOurs);
  const { seconds, peakMemoryBytes } = await worker<{ readonly seconds: readonly number[]; readonly peakMemoryBytes: number }>('matrix-products', { products, precision, threads });
  return {
    ...ofOurs,
    secondsPerStep: products.reduce((sum, { times }, index) => sum + times * seconds[index]!, 0),
    operationsPerStep: operationsOf(products),
    peakMemoryBytes,
    compileSeconds: null,
    replacedSteps: 0,
    shortenedSteps: 0,
  };
}

async function productsOf({ measured }: Task, { encoder, interactionsPerStep }: Measurement): Promise<readonly MatrixProduct[]> {
  const sizes = await encoderSizes(defaultModelDirectory());
  if (measured.kind === 'encoder') return encoderProducts(sizes, encoder!);
  const predictions = Math.round(interactionsPerStep! - batchSize);
  return [...encoderProducts(sizes, encoder!, measured.itemsOfPass), ...measured.sequenceProducts!({ windows: batchSize, predictions, dimension: sizes.dimension })];
}
