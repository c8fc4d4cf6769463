/** For commander: collects an option that is given several times. */
export function repeatable(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
