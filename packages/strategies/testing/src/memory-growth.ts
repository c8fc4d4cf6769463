/** What an engine's memory is asked for. */
interface MeasuredEngine {
  memory(): { readonly residentBytes: number; readonly tensors: number; readonly handles: number };
}

/** How much more is held after `steps` steps than after the first `settling` of them; resident memory is the lowest of several samples each. */
export async function memoryGrowth(engine: MeasuredEngine, step: (index: number) => Promise<unknown>, { settling = 200, steps = 2000, sampleEvery = 70 } = {}) {
  const samples: ReturnType<MeasuredEngine['memory']>[] = [];
  for (let index = 0; index < settling + steps; index++) {
    await step(index);
    if (index + 1 < settling || (settling + steps - index - 1) % sampleEvery !== 0) continue;
    globalThis.gc!();
    samples.push(engine.memory());
  }
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const lowest = (some: typeof samples) => Math.min(...some.map(({ residentBytes }) => residentBytes));
  return { tensors: last.tensors - first.tensors, handles: last.handles - first.handles, residentBytes: lowest(samples.slice(-4)) - lowest(samples.slice(0, 4)) };
}
