import huggingface from '@gramkit/tokenizer-huggingface';
import words from '@gramkit/tokenizer-words';
import { describe, expect, it } from 'vitest';
import { explainedFailures, failedChecks } from '../testing/failed-checks.js';
import { tokenizerWith } from './testing/honest-tokenizer.js';
import { plantedBugs } from './testing/planted-bugs.js';
import { testTokenizer, tokenizerChecks } from './tokenizer-checks.js';

describe('the checks of a tokenizer', () => {
  it('let an honest tokenizer pass', async () => {
    expect(await failedChecks(tokenizerChecks(tokenizerWith()))).toEqual([]);
  });

  it.each(plantedBugs)('find $bug', async ({ check, plugin }) => {
    expect(await explainedFailures(tokenizerChecks(plugin))).toEqual([check]);
  });

  it('have a bug planted for each of them', () => {
    const names = tokenizerChecks(tokenizerWith()).map(({ name }) => name);
    expect([...new Set(plantedBugs.map(({ check }) => check))].sort()).toEqual([...names].sort());
  });

  it('say what is wrong, and how to mend it', async () => {
    const { plugin } = plantedBugs.find(({ check }) => check === 'ignores padding')!;
    const { run } = tokenizerChecks(plugin).find(({ name }) => name === 'ignores padding')!;
    await expect(run()).rejects.toThrow(/^item 'example-1' has other token ids when it stands beside longer items\nTo mend: .*pad at the end/);
  });
});

testTokenizer(words, { options: { maxLength: 12 }, otherOptions: [{ fields: ['title'] }, { fields: ['title', 'text'] }], failures: [{ options: { vectors: 'not-there.vec', vocabulary: 'vectors' }, code: 'MODEL_FILE_MISSING' }] });
testTokenizer(huggingface, { options: { maxLength: 16 }, otherOptions: [{ fields: ['title'] }], failures: [{ options: { maxLength: 2 }, code: 'CONFIGURATION_INVALID' }, { options: { model: 'not-there' }, code: 'MODEL_FILE_MISSING' }] });
