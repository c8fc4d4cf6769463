/** Texts of every kind that a tokenizer and an encoder must agree on: none, short, long, cut, and of many scripts. */
export const texts = [
  '',
  'a',
  'What is 3/4 of 12?',
  '  spaces   and\ttabs\nand lines ',
  'Où est la bibliothèque? Größe: 5 µm, naïve façade, Ångström',
  '東京は日本の首都です。 北京是中国的首都。 서울은 대한민국의 수도이다.',
  'Какая столица России? ما هي عاصمة مصر؟ मुंबई कहाँ है?',
  'emoji 😀 👩‍👩‍👧 and a combining e\u0301, \u00ad soft hyphens \u200b and zero widths',
  '[SEP] [MASK] are special, [sep] is not',
  'x²+y²=z² ⇒ ∑ᵢ aᵢ ≤ √n; f(x) = e^{-x}/(1+e^{-x})',
  'one text of moderate length that fits without being cut, with a comma and a full stop.',
  `${'a longer text that is cut at the maximum length of the run, '.repeat(12)}and its end is read by nobody`,
  'antidisestablishmentarianism'.repeat(20),
];
