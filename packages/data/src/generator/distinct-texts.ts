import { GramkitError } from '@gramkit/spec';

/** Tries in a row that found no new text before the grammar counts as exhausted. */
const patience = 10_000;

/** A grammar of several kinds of text. */
export interface Grammar<Text> {
  /** The names of its kinds, in order. */
  readonly kinds: readonly string[];
  /** What its texts are called. */
  readonly texts: string;
  draw(kind: number): Text;
  /** What no two texts may share. */
  keyOf(text: Text): string;
}

/**
 * `perKind` different texts of each kind, kind after kind.
 * @throws GramkitError CONFIGURATION_INVALID where the grammar has no more to give.
 */
export function distinctTexts<Text>(grammar: Grammar<Text>, perKind: number): Text[] {
  const seen = new Set<string>();
  return grammar.kinds.flatMap((_, kind) => Array.from({ length: perKind }, (_, number) => unseenText(grammar, kind, seen, number)));
}

function unseenText<Text>({ kinds, texts, draw, keyOf }: Grammar<Text>, kind: number, seen: Set<string>, number: number): Text {
  for (let attempt = 0; attempt < patience; attempt++) {
    const text = draw(kind);
    if (seen.has(keyOf(text))) continue;
    seen.add(keyOf(text));
    return text;
  }
  throw new GramkitError('CONFIGURATION_INVALID', `the grammar has no more than about ${number} different ${texts} on ${kinds[kind]!}`, {
    field: 'items', fix: `ask for at most about ${number * kinds.length} items`,
  });
}
