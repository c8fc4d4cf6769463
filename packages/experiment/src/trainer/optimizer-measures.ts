import type { Optimizer } from '@gramkit/spec';

/** The optimizers of a run, by what they update. */
export type RunOptimizers = Readonly<Record<'encoder' | 'model', Optimizer | undefined>>;

/** Updates that each has made. */
export type UpdateCounts = Readonly<Record<keyof RunOptimizers, number>>;

export function updateCounts({ encoder, model }: RunOptimizers): UpdateCounts {
  return { encoder: encoder?.stepCount ?? 0, model: model?.stepCount ?? 0 };
}

/** What the last updates since `before` tell, as `encoder.learningRate`, `model.gradientNorm` and so on; nothing of a network that was not updated. */
export function optimizerMeasures(optimizers: RunOptimizers, before: UpdateCounts): Record<string, number> {
  return Object.fromEntries(
    (Object.keys(before) as (keyof RunOptimizers)[]).flatMap((network) => {
      const optimizer = optimizers[network];
      if (optimizer === undefined || optimizer.stepCount === before[network]) return [];
      return Object.entries(optimizer.lastUpdate ?? {}).map(([name, value]) => [`${network}.${name}`, value]);
    }),
  );
}
