import { listPlugins } from '@gramkit/experiment';
import { describe, expect, it } from 'vitest';
import { kinds } from './kinds.js';
import { kindOf, packageNameOf, problemOfDescription, problemOfName, requestOf } from './plugin-request.js';

const encoder = kindOf('encoder');

describe('kindOf', () => {
  it('knows the kinds of the specification, and names them to who asks for another', () => {
    expect(packageNameOf(kindOf('reader'), 'notes')).toBe('gramkit-reader-notes');
    expect(() => kindOf('engine')).toThrow(expect.objectContaining({ code: 'USAGE', fix: 'Give one of encoder, tokenizer, model, strategy, optimizer, reader.' }));
  });
});

describe('problemOfName', () => {
  it('takes words of small letters and digits', () => {
    for (const name of ['ngrams', 'my-2nd-encoder', '2d', 'x'.repeat(60)]) expect(problemOfName(encoder, name)).toBeUndefined();
  });

  it.each(['', 'My', 'two words', '-x', 'x-', 'a--b', 'a_b', 'a.b', '../x', '@me/x', 'é', "x'"])('refuses %j', (name) => {
    expect(problemOfName(encoder, name)?.found).toContain('is no name of a plugin');
  });

  it('refuses what npm refuses, in the words of npm', () => {
    expect(problemOfName(encoder, 'x'.repeat(250))?.found).toMatch(/no name of an npm package: .*214 characters/);
  });

  it('refuses the name of the package, and tells the one that is meant', () => {
    expect(problemOfName(encoder, 'gramkit-encoder-ngrams')?.fix).toContain("Give the plugin's own name alone: ngrams;");
  });

  it('refuses exactly the names that come with Gramkit, for the kind that they name', async () => {
    expect(problemOfName(encoder, 'bert')?.found).toContain("'use: bert' would go on meaning that one");
    expect(problemOfName(encoder, 'dkt')).toBeUndefined();
    const { plugins } = await listPlugins('/');
    const listed = plugins.filter(({ source }) => source === 'built-in').map(({ kind, name }) => `${kind} ${name}`).sort();
    expect(kinds.flatMap(({ kind, builtIn }) => builtIn.map((name) => `${kind} ${name}`)).sort()).toEqual(listed);
  });
});

describe('requestOf', () => {
  it('says what the plugin does as it is written, unless told otherwise', () => {
    expect(requestOf(encoder, 'ngrams').description).toBe(encoder.description);
    expect(requestOf(encoder, 'ngrams', "It's mine.").description).toBe("It's mine.");
    for (const { description } of kinds) expect(problemOfDescription(description)).toBeUndefined();
  });

  it('refuses descriptions that are no line of text', () => {
    for (const description of ['', '  ', 'a\nb', '\u001b[31mred', 'x'.repeat(201), 'a\u2028b']) {
      expect(() => requestOf(encoder, 'ngrams', description)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    }
  });
});
