import { describe, expect, it } from 'vitest';
import { errorOf, folderWith, rowsOfStore, storeOf } from '../testing/fixtures.js';
import { createSlamReader, slamOptions } from './slam.js';

/** Written by hand in the format of the corpus: Spanish by speakers of English. */
const train = `# prompt:I am a boy.
# user:XEinXf5+  countries:CO  days:0.003  client:web  session:lesson  format:reverse_translate  time:9
DRihrVmh0101  Yo      PRON    Case=Nom|Number=Sing|Person=1|PronType=Prs|fPOS=PRON++  nsubj   4   1
DRihrVmh0102  soy     VERB    Mood=Ind|Number=Sing|Person=1|Tense=Pres|fPOS=VERB++    cop     4   0
DRihrVmh0103  un      DET     Definite=Ind|Gender=Masc|Number=Sing|fPOS=DET++         det     4   0
DRihrVmh0104  niño    NOUN    Gender=Masc|Number=Sing|fPOS=NOUN++                     ROOT    0   0

# user:XEinXf5+  countries:CO|US  days:2.678  client:android  session:practice  format:listen  time:null
oMGsnnH/0201  Buenos  ADJ     fPOS=ADJ++   amod   2   0
oMGsnnH/0202  días    NOUN    fPOS=NOUN++  ROOT   0   0

# prompt:Good morning: how are you?
# user:XEinXf5+  countries:CO  days:1.5  client:ios  session:lesson  format:reverse_tap  time:-2
W+QU2fm70301  Buenos  ADJ     fPOS=ADJ++   amod   2   0
W+QU2fm70302  días    NOUN    fPOS=NOUN++  ROOT   0   0

# prompt:I am a boy.
# user:D2inSf5+  countries:MX  days:1.793  client:web  session:test  format:reverse_translate  time:16
8rgJEAPw1001  Yo      PRON    fPOS=PRON++  nsubj  4   0
8rgJEAPw1002  soy     VERB    fPOS=VERB++  cop    4   0
8rgJEAPw1003  un      DET     fPOS=DET++   det    4   0
8rgJEAPw1004  niño    NOUN    fPOS=NOUN++  ROOT   0   0
`;

const dev = `# prompt:Thank you
# user:XEinXf5+  countries:CO  days:9.25  client:web  session:lesson  format:reverse_tap  time:3
vOeGrMgP0101  Gracias  NOUN  fPOS=NOUN++  ROOT  0
`;

const names = { train: 'es_en.slam.20190204.train', dev: 'es_en.slam.20190204.dev', key: 'es_en.slam.20190204.dev.key' };
const files = { [names.train]: train, [names.dev]: dev, [names.key]: 'vOeGrMgP0101 1\n' };

async function readerIn(more: Readonly<Record<string, string>> = {}, options: object = {}) {
  return createSlamReader(slamOptions.parse({ path: '.', track: 'es_en', parts: ['train', 'dev'], ...options }), await folderWith({ ...files, ...more }));
}

describe('the slam reader', () => {
  it('takes sentences for items and exercises for interactions, correct without a wrong word, in the order of days over all parts', async () => {
    const store = await storeOf(await readerIn());
    expect(await rowsOfStore(store)).toEqual([
      ['XEinXf5+', 'Yo soy un niño', 0], ['XEinXf5+', 'Buenos días', 1], ['XEinXf5+', 'Buenos días', 1], ['XEinXf5+', 'Gracias', 0],
      ['D2inSf5+', 'Yo soy un niño', 1],
    ]);
    expect(await store.items()).toEqual([
      { id: 'Yo soy un niño', fields: { text: 'Yo soy un niño', prompt: 'I am a boy.' } },
      { id: 'Buenos días', fields: { text: 'Buenos días', prompt: 'Good morning: how are you?' } },
      { id: 'Gracias', fields: { text: 'Gracias', prompt: 'Thank you' } },
    ]);
    const times = await store.connection.runAndReadAll('SELECT "time" FROM interactions ORDER BY rowid');
    expect(times.getRowsJson().flat()).toEqual([0.003, 1.5, 2.678, 9.25, 1.793]);
  });

  it('takes prompts for items, and only some formats, where told so, and counts the rest', async () => {
    const reader = await readerIn({}, { item: 'prompt', parts: ['train'] });
    const store = await storeOf(reader);
    expect(await rowsOfStore(store)).toEqual([['XEinXf5+', 'I am a boy.', 0], ['XEinXf5+', 'Good morning: how are you?', 1], ['D2inSf5+', 'I am a boy.', 1]]);
    expect(await store.items()).toEqual(['I am a boy.', 'Good morning: how are you?'].map((text) => ({ id: text, fields: { text } })));
    expect(reader.leftOut!()).toEqual({ 'exercises without a prompt': 1 });
    const translations = await readerIn({}, { formats: ['reverse_translate'], parts: ['train'] });
    expect(await rowsOfStore(await storeOf(translations))).toEqual([['XEinXf5+', 'Yo soy un niño', 0], ['D2inSf5+', 'Yo soy un niño', 1]]);
    expect(translations.leftOut!()).toEqual({ 'exercises of other formats': 2 });
  });

  it('reads exercises without empty lines between them, and other ends of line', async () => {
    const store = await storeOf(await readerIn({ [names.train]: train.replaceAll('\n\n', '\n').replaceAll('\n', '\r\n') }, { parts: ['train'] }));
    expect((await rowsOfStore(store)).length).toBe(4);
  });

  it('has a fingerprint of files, keys and what is read of them', async () => {
    const print = async (more: Readonly<Record<string, string>> = {}, options: object = {}) => (await readerIn(more, options)).fingerprint();
    const first = await print();
    expect(await print()).toBe(first);
    for (const other of [await print({ [names.key]: 'vOeGrMgP0101 0\n' }), await print({}, { item: 'prompt' }), await print({}, { formats: ['listen'] }), await print({}, { parts: ['train'] })]) expect(other).not.toBe(first);
  });

  const header = '# user:U days:1 client:web session:lesson format:listen time:1';
  it.each<[string, string, number, string, RegExp]>([
    ['a word before its exercise', 'DRihrVmh0101 Yo PRON a=b nsubj 4 1\n', 1, 'user', /stands before the line of its exercise/],
    ['an exercise without a learner', '# days:1 format:listen\nDRihrVmh0101 Yo PRON a=b nsubj 4 1\n', 1, 'user', /expected user:ID/],
    ['days that are no number', `${header}\nDRihrVmh0101 Yo PRON a=b nsubj 4 1\n\n# user:U days:soon format:listen\nx\n`, 4, 'days', /days is 'soon'/],
    ['an unknown format', '# user:U days:1 format:speak\n', 1, 'format', /format is 'speak', expected one of reverse_translate/],
    ['a word of six columns in training', `${header}\nDRihrVmh0101 Yo PRON a=b nsubj 4\n`, 2, 'word', /has 6 columns, expected 7/],
    ['a short id', `${header}\nDRih0101 Yo PRON a=b nsubj 4 1\n`, 2, 'id', /has 8 characters, expected 12/],
    ['a label of 2', `${header}\nDRihrVmh0101 Yo PRON a=b nsubj 4 2\n`, 2, 'label', /label is '2'/],
    ['words of two exercises in one', `${header}\nDRihrVmh0101 Yo PRON a=b nsubj 4 0\nDRihrVmh0201 Yo PRON a=b nsubj 4 0\n`, 3, 'id', /another exercise than 'DRihrVmh01'/],
    ['an exercise without words', `${header}\n\n`, 1, 'exercise', /has no words/],
    ['two headers and no word between', `${header}\n${header}\n`, 2, 'header', /no word between/],
  ])('refuses %s with file and line', async (_, text, line, field, message) => {
    const error = await errorOf(storeOf(await readerIn({ [names.train]: text })));
    expect([error.code, error.details.line, error.details.field, error.details.file!.endsWith(names.train)]).toEqual(['DATA_MALFORMED', line, field, true]);
    expect(error.message).toMatch(message);
  });

  it.each<[string, string, string, number, RegExp]>([
    ['a word that the key lacks', names.dev, '', 3, /'vOeGrMgP0101' is not in .*dev\.key/],
    ['a label that is none', names.key, 'vOeGrMgP0101 yes\n', 1, /expected the id of a word and 0 or 1/],
    ['a word twice', names.key, 'vOeGrMgP0101 1\n\nvOeGrMgP0101 1\n', 3, /is there twice/],
  ])('refuses a key with %s', async (_, file, key, line, message) => {
    const error = await errorOf(storeOf(await readerIn({ [names.key]: key })));
    expect([error.code, error.details.line, error.details.file!.endsWith(file)]).toEqual(['DATA_MALFORMED', line, true]);
    expect(error.message).toMatch(message);
  });

  it('names a missing file, and one without exercises', async () => {
    const missing = await errorOf(storeOf(await readerIn({}, { track: 'fr_en' })));
    expect([missing.code, missing.details.file!.endsWith('fr_en.slam.20190204.train')]).toEqual(['DATA_MISSING', true]);
    expect((await errorOf(storeOf(await readerIn({ [names.train]: '\n' })))).code).toBe('DATA_EMPTY');
  });
});
