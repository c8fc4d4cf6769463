import { AddedToken } from '@huggingface/tokenizers';

/** A stretch of text, or the id of the added token that stood there. */
export type Section = { readonly text: string } | { readonly id: number };

const wordBefore = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const wordAfter = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

/**
 * Cuts the added tokens (`[SEP]`, `[MASK]`, …) out of a text, as the Rust library does: at every place the longest that starts there,
 * whole words only where the token says so, with the whitespace it claims on its left and right. The JavaScript library knows no whole words,
 * and takes a text that becomes an added token only by normalization for one.
 */
export class AddedTokenSplitter {
  private readonly idOf: ReadonlyMap<string, AddedToken>;
  private readonly pattern: RegExp | undefined;

  /** @param contents Added tokens by the content to look for. */
  constructor(contents: ReadonlyMap<string, AddedToken>) {
    this.idOf = new Map([...contents].filter(([content]) => content !== ''));
    const longestFirst = [...this.idOf.keys()].sort((left, right) => right.length - left.length);
    this.pattern = longestFirst.length === 0 ? undefined : new RegExp(longestFirst.map(escape).join('|'), 'gu');
  }

  split(text: string): Section[] {
    if (this.pattern === undefined) return [{ text }];
    const sections: Section[] = [];
    let done = 0;
    for (const match of text.matchAll(this.pattern)) {
      const token = this.idOf.get(match[0])!;
      const span = spanOf(token, text, match.index, match.index + match[0].length, done);
      if (span === undefined) continue;
      if (span.start > done) sections.push({ text: text.slice(done, span.start) });
      sections.push({ id: token.id });
      done = span.end;
    }
    if (done < text.length) sections.push({ text: text.slice(done) });
    return sections;
  }
}

/** Where the token stands with the whitespace it claims; nothing where it asks for a whole word and is none. */
function spanOf(token: AddedToken, text: string, start: number, end: number, done: number) {
  if (token.single_word && (wordBefore.test(text.slice(0, start)) || wordAfter.test(text.slice(end)))) return undefined;
  return {
    start: token.lstrip ? Math.max(done, text.slice(0, start).trimEnd().length) : start,
    end: token.rstrip ? text.length - text.slice(end).trimStart().length : end,
  };
}

function escape(content: string): string {
  return content.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
