/**
 * Spells `--set a=1 b=2` out as `--set a=1 --set b=2`. commander's own variadic options would also swallow a CONFIG that follows;
 * here only words of the form `path=value` belong to the option.
 */
export function spellOutRepeatedValues(words: readonly string[], options: readonly string[]): string[] {
  const spelled: string[] = [];
  let repeated: string | undefined;
  words.forEach((word, index) => {
    const value = options.includes(words[index - 1] ?? '');
    if (!value && repeated !== undefined && isAssignment(word)) spelled.push(repeated);
    else if (!value) repeated = options.find((option) => word === option);
    spelled.push(word);
  });
  return spelled;
}

function isAssignment(word: string): boolean {
  return /^[A-Za-z][\w.-]*=/.test(word);
}
