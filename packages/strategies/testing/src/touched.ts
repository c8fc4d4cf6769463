import * as tf from '@tensorflow/tfjs-core';
import type { Engine, GradientStrategy, StepReport } from '@gramkit/spec';
import { tinyBatch, trainedSetting } from '@gramkit/tensor/testing';
import type { StrategyParts } from './compare-ways.js';

/** What steps have touched: the same for every catalogue that holds the batches' items, where cost does not grow with it. */
export interface Touched {
  readonly reports: readonly StepReport[];
  /** By step: the most bytes that tensors held beyond those from before it, bytes that stayed, kernels run. */
  readonly peakBytes: readonly number[];
  readonly newBytes: readonly number[];
  readonly kernels: readonly number[];
  /** By step: items whose length was asked for, and items collated. */
  readonly lengthsRead: readonly number[];
  readonly itemsCollated: readonly number[];
}

/** Touched by the six steps of a first epoch of three on items of the first hundred, in a catalogue of `items`. */
export async function touchedBySteps(items: number, strategyOf: (parts: StrategyParts) => GradientStrategy, engine?: Engine): Promise<Touched> {
  const setting = trainedSetting({ items, stepsPerEpoch: 6, epochs: 3 });
  const { catalogue } = setting;
  let [lengths, collated] = [0, 0];
  const counting: typeof catalogue = {
    count: items,
    lengthOf: (row) => (lengths++, catalogue.lengthOf(row)),
    collate: (rows) => ((collated += rows.length), catalogue.collate(rows)),
  };
  const strategy = strategyOf({ ...setting, engine });
  await strategy.begin({ ...setting.context, catalogue: counting });
  const touched = { reports: [] as StepReport[], peakBytes: [] as number[], newBytes: [] as number[], kernels: [] as number[], lengthsRead: [] as number[], itemsCollated: [] as number[] };
  for (let step = 0; step < 6; step++) {
    [lengths, collated] = [0, 0];
    const { numBytes } = tf.memory();
    const { peakBytes, newBytes, kernels } = await tf.profile(async () => {
      touched.reports.push(await strategy.step(tinyBatch(step, 100, 6, 9)));
      return [];
    });
    touched.peakBytes.push(peakBytes - numBytes);
    touched.newBytes.push(newBytes);
    touched.kernels.push(kernels.length);
    touched.lengthsRead.push(lengths);
    touched.itemsCollated.push(collated);
  }
  strategy.dispose();
  setting.dispose();
  return touched;
}

/** The same of the steps from `first` on. */
export function touchedFrom(first: number, touched: Touched): Touched {
  return Object.fromEntries(Object.entries(touched).map(([name, values]) => [name, (values as readonly unknown[]).slice(first)])) as unknown as Touched;
}
