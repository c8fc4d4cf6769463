// Turns the facts of bert_characters.py (stdin) into the module bert-characters.ts (stdout): see there.
// Characters that this Node's Unicode decomposes or orders otherwise than the Rust library become the set `undecomposed`.
import { text } from 'node:stream/consumers';

const { version, sets, decompositions } = JSON.parse(await text(process.stdin));
const probes = [(character) => `a${character}\u0334`, (character) => `a\u0301${character}`];
sets.undecomposed = decompositions
  .filter(([code, ...expected]) => probes.some((probe, index) => probe(String.fromCodePoint(code)).normalize('NFD') !== expected[index]))
  .map(([code]) => code);

function ranges(codes) {
  const found = [];
  for (const code of codes) {
    const last = found.at(-1);
    if (last?.[1] === code - 1) last[1] = code;
    else found.push([code, code]);
  }
  return found.map(([from, to]) => (from === to ? from.toString(16) : `${from.toString(16)}-${to.toString(16)}`));
}

function lines(words) {
  const wrapped = [''];
  for (const word of words) {
    if (wrapped.at(-1).length + word.length > 130) wrapped.push('');
    wrapped[wrapped.length - 1] += `${word} `;
  }
  return wrapped.map((line) => `    ${line.trimEnd()}`).join('\n');
}

const entries = Object.entries(sets).map(([name, codes]) => `  ${name}: \`\n${lines(ranges(codes))}\`,`).join('\n');
process.stdout.write(`/**
 * Character sets of the Rust tokenizers library ${version} as ranges of hexadecimal code points, so that ids depend on no Node's Unicode version.
 * Made by tools/oracles/bert-characters.mjs. \`undecomposed\`: characters younger than that library's decomposition tables.
 */
const characterSets = {
${entries}
} as const;

/** The set as the inside of a character class of a regular expression with the flag \`u\`. */
export function characterClass(name: keyof typeof characterSets): string {
  return characterSets[name].trim().split(/\\s+/).map((range) => range.split('-').map((code) => \`\\\\u{\${code}}\`).join('-')).join('');
}

/** A global pattern for one character of the set. */
export function characterPattern(name: keyof typeof characterSets): RegExp {
  return new RegExp(\`[\${characterClass(name)}]\`, 'gu');
}
`);
