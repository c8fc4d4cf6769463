import {
  type AddedToken, type Model, type Normalizer, type PostProcessor, type PreTokenizer, Tokenizer,
} from '@huggingface/tokenizers';
import { AddedTokenSplitter, type Section } from './added-tokens.js';
import { exactNormalizer, exactPreTokenizer } from './exact-components.js';
import type { TokenizerDescription } from './tokenizer-description.js';

/**
 * Text to token ids, identical to the Rust library's `encode` with truncation to `maximumLength` (longest first, from the right) and no padding.
 * Normalizer, model and post-processor are the JavaScript library's, BERT's own parts their exact versions;
 * the truncation and padding sections of tokenizer.json have no effect.
 */
export class TokenEncoder {
  /** Highest token id + 1. */
  readonly vocabularySize: number;
  /** How many special tokens every text gets. */
  readonly specialTokenCount: number;
  private readonly normalizer: Normalizer | null;
  private readonly preTokenizer: PreTokenizer | null;
  private readonly model: Model;
  private readonly postProcessor: PostProcessor | null;
  private readonly addedIds: ReadonlyMap<string, number>;
  private readonly raw: AddedTokenSplitter;
  private readonly normalized: AddedTokenSplitter;

  constructor(description: TokenizerDescription) {
    const library = new Tokenizer(description, {});
    this.normalizer = exactNormalizer(library.normalizer);
    this.preTokenizer = exactPreTokenizer(library.pre_tokenizer);
    const added = [...library.get_added_tokens_decoder().values()];
    this.model = ownModel(library.model!, description.model.vocab, added);
    this.addedIds = new Map(added.map(({ content, id }) => [content, id]));
    this.postProcessor = library.post_processor;
    const isNormalized = (token: AddedToken) => token.normalized && this.normalizer !== null;
    this.raw = splitterOf(added.filter((token) => !isNormalized(token)), (content) => content);
    this.normalized = splitterOf(added.filter(isNormalized), (content) => this.normalize(content));
    this.vocabularySize = [...this.model.tokens_to_ids.values(), ...this.addedIds.values()].reduce((highest, id) => Math.max(highest, id), -1) + 1;
    this.specialTokenCount = this.withSpecialTokens([]).length;
  }

  /** int32 `[length]`, at most `maximumLength` long, special tokens included; unpaired surrogates count as U+FFFD. */
  encode(text: string, maximumLength: number): Int32Array {
    const tokens = this.tokens(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
    return Int32Array.from(this.withSpecialTokens(tokens.slice(0, maximumLength - this.specialTokenCount)), (token) => this.idOf(token));
  }

  private tokens(text: string): string[] {
    return this.raw.split(text).flatMap((section, index) =>
      this.tokensOf(section, (raw) =>
        this.normalized.split(this.normalize(raw)).flatMap((inner) => this.tokensOf(inner, (part) => this.pieces(part, index)))));
  }

  private tokensOf(section: Section, ofText: (text: string) => string[]): string[] {
    return 'id' in section ? [this.model.vocab[section.id]!] : ofText(section.text);
  }

  private normalize(text: string): string {
    return this.normalizer === null ? text : this.normalizer.normalize(text);
  }

  private pieces(text: string, sectionIndex: number): string[] {
    if (text === '') return [];
    const words = this.preTokenizer === null ? [text] : this.preTokenizer.pre_tokenize(text, { section_index: sectionIndex });
    return this.model._call(words);
  }

  private withSpecialTokens(tokens: string[]): string[] {
    return this.postProcessor === null ? tokens : this.postProcessor.post_process(tokens).tokens;
  }

  private idOf(token: string): number {
    return this.addedIds.get(token) ?? this.model.tokens_to_ids.get(token) ?? this.model.unk_token_id!;
  }
}

/**
 * The model with its own vocabulary: the library adds the added tokens to it, so that a word could be spelled with them.
 * @throws Error where a word that the model cannot spell has no token to stand for it.
 */
function ownModel(model: Model, vocabulary: TokenizerDescription['model']['vocab'], added: readonly AddedToken[]): Model {
  if (model.unk_token !== undefined && model.unk_token_id === undefined) {
    throw new Error(`its unknown token '${model.unk_token}' is not in its vocabulary`);
  }
  if (!Array.isArray(vocabulary)) {
    for (const { content } of added) if (!Object.hasOwn(vocabulary, content)) model.tokens_to_ids.delete(content);
  }
  return model;
}

function splitterOf(tokens: readonly AddedToken[], content: (written: string) => string): AddedTokenSplitter {
  return new AddedTokenSplitter(new Map(tokens.map((token) => [content(token.content), token])));
}
