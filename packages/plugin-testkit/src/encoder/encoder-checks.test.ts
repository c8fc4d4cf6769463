import { fileURLToPath } from 'node:url';
import bert from '@gramkit/encoder-bert';
import bilstm from '@gramkit/encoder-bilstm';
import id from '@gramkit/encoder-id';
import words from '@gramkit/tokenizer-words';
import { describe, expect, it } from 'vitest';
import { explainedFailures, failedChecks } from '../testing/failed-checks.js';
import { honestPreprocessor } from '../tokenizer/testing/honest-tokenizer.js';
import { encoderChecks, testEncoder } from './encoder-checks.js';
import type { EncoderSubject } from './encoder-subject.js';
import { encoderWith } from './testing/honest-encoder.js';
import { plantedBugs } from './testing/planted-bugs.js';

const subject: EncoderSubject = { frozen: ['bias'], failures: [{ options: { dimension: 1000 }, code: 'CONFIGURATION_INVALID' }] };

describe('the checks of an encoder', () => {
  it('let an honest encoder pass, with the tokenizer of the configuration or a preprocessor of its own', async () => {
    expect(await failedChecks(encoderChecks(encoderWith(), subject))).toEqual([]);
    expect(await failedChecks(encoderChecks(encoderWith({ preprocessor: honestPreprocessor }), subject))).toEqual([]);
  });

  it.each(plantedBugs)('find $bug', async ({ check, plugin }) => {
    expect(await explainedFailures(encoderChecks(plugin, subject))).toEqual([check]);
  });

  it('have a bug planted for each of them', () => {
    const names = encoderChecks(encoderWith(), subject).map(({ name }) => name);
    expect([...new Set(plantedBugs.map(({ check }) => check))].sort()).toEqual([...names].sort());
  });

  it('say what is wrong, and how to mend it', async () => {
    const { plugin } = plantedBugs.find(({ check }) => check === 'ignores padding')!;
    const { run } = encoderChecks(plugin).find(({ name }) => name === 'ignores padding')!;
    await expect(run()).rejects.toThrow(/^the encoding of item 'example-\d' changes by 0\.\d+ when a longer item stands beside it\nTo mend: mask padded positions/);
  });
});

const tinyBert = fileURLToPath(new URL('../../../encoders/bert/src/__fixtures__/tiny-bert', import.meta.url));
const fewWords = { plugin: words, options: { maxLength: 12, maximumSize: 38 } };
testEncoder(bert, {
  options: { model: tinyBert, pooling: 'attention', attentionWidth: 4, dropout: 0.2, freezeEmbeddings: true },
  tokenizer: fewWords,
  frozen: ['embeddings.word_embeddings.weight'],
  failures: [{ options: { model: 'not-there' }, code: 'MODEL_FILE_MISSING' }, { options: { model: tinyBert, freezeLayers: 3 }, code: 'CONFIGURATION_INVALID' }],
});
testEncoder(id, { options: { dimension: 4 } });
testEncoder(bilstm, { options: { wordDimension: 5, hidden: 3, dropout: 0.3 }, failures: [{ options: { vectors: 'not-there.vec' }, code: 'MODEL_FILE_MISSING' }] });
