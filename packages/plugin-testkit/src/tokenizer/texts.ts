import { demand } from '../check.js';
import { thrownBy } from '../common/error-codes.js';
import { tokenRows, type PreparationTrial } from './preparation-trial.js';
import { checkIds } from './shapes.js';
import { itemOf, longText, unusualItems } from './unusual-items.js';

/** Whatever people write becomes tokens. */
export async function takesAnyText({ preprocessor, items }: PreparationTrial): Promise<void> {
  for (const { what, item } of unusualItems(preprocessor, items)) {
    const read = () => tokenRows(preprocessor.prepare([item]).collate([0]));
    const thrown = await thrownBy(read);
    demand(thrown === undefined, `${what} gives '${String(thrown?.error)}'`, 'take whatever stands in a column of a data set: one such item would end a run.');
    const rows = read();
    if (rows === undefined) continue;
    demand(rows[0]!.length > 0, `${what} has no token`, 'give it one, the unknown one or the special tokens: encoders take means over tokens.');
    checkIds(rows[0]!, preprocessor.vocabularySize, `collate of ${what}`);
  }
}

/** What all texts begin and end with, long ones that are cut begin and end with too. */
export function keepsSpecialTokens({ preprocessor, items }: PreparationTrial, maximumLength: number | undefined): void {
  const { fields } = preprocessor;
  if (fields === undefined) return;
  // Short ones: what is cut off a text may be what all others end with.
  const samples = ['', 'x', '7', 'it'].map((text) => itemOf(fields, text));
  const [long, longer] = [1500, 3000].map((words) => itemOf(fields, longText(items, fields, words)));
  const prepared = preprocessor.prepare([long!, longer!, ...samples]);
  const rows = Array.from({ length: prepared.count }, (_, row) => tokenRows(prepared.collate([row]))?.[0]);
  const [cut, cutToo, ...short] = rows.filter((row) => row !== undefined);
  if (cut === undefined || cutToo === undefined) return;
  demand(maximumLength === undefined || (cut.length <= maximumLength && cutToo.length <= maximumLength), `a text of 3000 words has ${Math.max(cut.length, cutToo.length)} tokens, and \`maxLength\` is ${maximumLength}`, 'cut texts to `maxLength` tokens, special ones included.');
  const [first, last] = [commonStart(short), commonStart(short.map((row) => row.toReversed())).toReversed()];
  demand(first.every((id, place) => cut[place] === id), `all texts begin with the tokens ${first.join(', ')}, and one that is cut begins with ${cut.slice(0, first.length).join(', ')}`, 'cut the text, then put the special tokens around it.');
  demand(last.every((id, place) => cut[cut.length - last.length + place] === id), `all texts end with the tokens ${last.join(', ')}, and one that is cut ends with ${cut.slice(-last.length).join(', ')}`, 'cut the text, then put the special tokens around it: the last of them must not be cut off.');
}

function commonStart([first, ...others]: readonly (readonly number[])[]): readonly number[] {
  const length = first!.findIndex((id, place) => others.some((row) => row[place] !== id));
  return length === -1 ? first! : first!.slice(0, length);
}
