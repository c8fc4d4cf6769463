import type { Weight } from '@gramkit/spec';

/** `||left - right|| / ||right||` over all entries together. */
export function relativeDifference(left: Readonly<Record<string, Float32Array>>, right: Readonly<Record<string, Float32Array>>): number {
  let difference = 0;
  let whole = 0;
  if (Object.keys(left).sort().join() !== Object.keys(right).sort().join()) throw new Error(`other names: ${Object.keys(left)} and ${Object.keys(right)}`);
  for (const [name, expected] of Object.entries(right)) {
    const found = left[name]!;
    if (found.length !== expected.length) throw new Error(`'${name}' has ${found.length} elements, not ${expected.length}`);
    expected.forEach((value, index) => {
      difference += (found[index]! - value) ** 2;
      whole += value ** 2;
    });
  }
  return Math.sqrt(difference / whole);
}

/** The weights as plain numbers, for comparison bit for bit. */
export function weightValues(weights: readonly Weight[]): Record<string, number[]> {
  return Object.fromEntries(weights.map(({ name, variable }) => [name, Array.from(variable.dataSync())]));
}
