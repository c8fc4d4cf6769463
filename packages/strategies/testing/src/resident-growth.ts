/**
 * Growth of the resident memory over 1,000 steps, after 300 steps to warm up, as a ratio: 1 is flat.
 * The system takes pages and gives them back as it likes; a leak shows in the lowest of several samples, not in one.
 */
export async function residentGrowth(step: (index: number) => Promise<unknown>): Promise<number> {
  const samples: number[] = [];
  for (let index = 0; index <= 1300; index++) {
    await step(index);
    if (index < 300 || index % 100 !== 0) continue;
    globalThis.gc!();
    samples.push(process.memoryUsage.rss());
  }
  return Math.min(...samples.slice(-4)) / Math.max(...samples.slice(0, 4));
}
