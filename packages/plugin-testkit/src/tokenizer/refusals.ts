import { isGramkitError } from '@gramkit/spec';
import { demand } from '../check.js';
import { failsWith, thrownBy } from '../common/error-codes.js';
import type { PreparationTrial } from './preparation-trial.js';

/** Rows that do not exist, and items without a field that is read, are refused with a code. */
export async function refusesWhatIsNotThere({ preprocessor, items, prepared }: PreparationTrial): Promise<void> {
  for (const row of [-1, prepared.count, 0.5]) {
    await failsWith(['DATA_MISMATCH'], `\`lengthOf\` of row ${row} among ${prepared.count} items`, () => prepared.lengthOf(row));
    await failsWith(['DATA_MISMATCH'], `\`collate\` of row ${row} among ${prepared.count} items`, () => prepared.collate([0, row]));
  }
  for (const field of preprocessor.fields ?? []) {
    const others = Object.fromEntries(Object.entries(items[0]!.fields).filter(([name]) => name !== field));
    const thrown = await thrownBy(() => preprocessor.prepare([{ id: 'incomplete', fields: others }]).collate([0]));
    demand(thrown === undefined || isGramkitError(thrown.error), `an item without the field '${field}' gives '${String(thrown?.error)}', which is no GramkitError`, "throw new GramkitError('DATA_MISSING', …) of @gramkit/spec, which names the item and the field, as `textOfItem` of @gramkit/tensor does.");
    demand(thrown !== undefined, `an item without the field '${field}', which \`fields\` says is read, is taken`, "throw new GramkitError('DATA_MISSING', …): a column that is not there would otherwise be an empty text, unseen.");
  }
}
