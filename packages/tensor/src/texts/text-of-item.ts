import { GramkitError, type ItemContent } from '@gramkit/spec';

/**
 * The text that a tokenizer reads of an item: the named fields in their order, joined by a space.
 * @throws GramkitError DATA_MISSING where the item lacks one of them.
 */
export function textOfItem(item: ItemContent, fields: readonly string[]): string {
  return fields.map((field) => {
    const text = Object.hasOwn(item.fields, field) ? item.fields[field] : undefined;
    if (typeof text === 'string') return text;
    throw new GramkitError('DATA_MISSING', `item '${item.id}' has no field '${field}', which the tokenizer reads`, {
      field, alternatives: Object.keys(item.fields), fix: 'name the fields that your items have under `fields` of the tokenizer',
    });
  }).join(' ');
}
