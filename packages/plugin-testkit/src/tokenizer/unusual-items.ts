import type { ItemContent, Preprocessor } from '@gramkit/spec';

/** An item at the edge of what there is. */
export interface UnusualItem {
  /** For messages: `an empty text`. */
  readonly what: string;
  readonly item: ItemContent;
}

/** Longer than any maximum that is asked for here. */
const longWords = 1500;

const texts: Readonly<Record<string, string>> = {
  'an empty text': '',
  'a text of spaces': ' \n\t ',
  'signs that are no words': '!? … — ()',
  'an emoji of several characters': 'a 👩‍👩‍👧‍👦 family',
  'half a surrogate pair': 'broken \ud83d text',
  'combining accents': 'Ame\u0301lie na\u00efve',
  'text without spaces': '水を飲む人は誰ですか',
  'text from right to left': 'مرحبا שלום',
  'characters that control': 'zero \u0000 and \u200b nothing \u202e turned',
  'a word of a thousand letters': 'a'.repeat(1000),
};

/** Texts that people do write, in every field that the preprocessor reads; none where it reads no fields. */
export function unusualItems(preprocessor: Preprocessor, items: readonly ItemContent[]): readonly UnusualItem[] {
  const { fields } = preprocessor;
  if (fields === undefined) return [];
  return [...Object.entries(texts), ['a very long text', longText(items, fields, longWords)] as const].map(([what, text]) => ({ what, item: itemOf(fields, text, what) }));
}

/** An item with the same text in each of its fields. */
export function itemOf(fields: readonly string[], text: string, id = text): ItemContent {
  return { id, fields: Object.fromEntries(fields.map((field) => [field, text])) };
}

/** The words of the items, again and again. */
export function longText(items: readonly ItemContent[], fields: readonly string[], words: number): string {
  const some = items.flatMap((item) => fields.flatMap((field) => (item.fields[field] ?? '').split(/\s+/u))).filter((word) => word !== '');
  return Array.from({ length: words }, (_, place) => some[place % some.length] ?? 'word').join(' ');
}
