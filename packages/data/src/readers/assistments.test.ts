import { existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import type { Batch } from '@gramkit/spec';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBatches } from '../batches/batches.js';
import { splitStore } from '../split/split.js';
import { collect, errorOf, folderWith, rowsOfStore, storeOf } from '../testing/fixtures.js';
import { assistmentsOptions, createAssistmentsReader } from './assistments.js';

const skills = '10\tScale Factor\n2\t"Parts of a Polynomial, Terms"\n1\tArea Triangle \n';

async function readerIn(files: Readonly<Record<string, string | Uint8Array>>, options: object = {}) {
  const folder = await folderWith({ 'skills.tsv': skills, ...files });
  return createAssistmentsReader(assistmentsOptions.parse({ path: '.', ...options }), folder);
}

describe('the ASSISTments reader', () => {
  it('reads three lines a student and skills by number, names trimmed and without quotes', async () => {
    const store = await storeOf(await readerIn({ 'train.csv': '3\n1,10,1\n0,1,1\n1\n2\n0\n' }));
    expect(await store.items()).toEqual([
      { id: '1', fields: { text: 'Area Triangle' } },
      { id: '2', fields: { text: 'Parts of a Polynomial, Terms' } },
      { id: '10', fields: { text: 'Scale Factor' } },
    ]);
    expect(await rowsOfStore(store)).toEqual([['1', '1', 0], ['1', '10', 1], ['1', '1', 1], ['2', '2', 0]]);
  });

  it('takes CRLF, commas and empty lines at the end, a byte order mark, and no end of the last line', async () => {
    const plain = await storeOf(await readerIn({ 'train.csv': '2\n1,2\n0,1\n' }));
    for (const text of ['2\r\n1,2\r\n0,1\r\n', '2,\n1,2,\n0,1,\n', '2\n1,2\n0,1\n\n  \n\n', '\uFEFF2\n1,2\n0,1\n', '2\n1,2\n0,1']) {
      expect((await storeOf(await readerIn({ 'train.csv': text }))).summary.fingerprint).toBe(plain.summary.fingerprint);
    }
  });

  it('counts students over several files', async () => {
    const store = await storeOf(await readerIn({ 'a.csv': '1\n1\n0\n', 'b.csv': '1\n2\n1\n' }, { interactions: ['a.csv', 'b.csv'] }));
    expect(await rowsOfStore(store)).toEqual([['1', '1', 0], ['2', '2', 1]]);
  });

  it('has a fingerprint of its files', async () => {
    const first = await readerIn({ 'train.csv': '1\n1\n0\n' });
    const other = await readerIn({ 'train.csv': '1\n1\n1\n' });
    expect(await first.fingerprint()).toBe(await (await readerIn({ 'train.csv': '1\n1\n0\n' })).fingerprint());
    expect(await first.fingerprint()).not.toBe(await other.fingerprint());
  });

  const bytes = (...parts: (string | number)[]) => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));
  it.each<[string, string | Uint8Array, number, RegExp]>([
    ['too few skills', '2\n1\n0,1\n', 2, /there are 1 skill ids, expected 2/],
    ['too many responses', '1\n1\n0\n2\n1,1\n0,1,1\n', 6, /there are 3 responses, expected 2/],
    ['a count that is no number', 'x\n1\n0\n', 1, /number of responses is 'x', expected a whole number/],
    ['a skill that is no whole number', '1\n1.5\n0\n', 2, /skill id is '1.5'/],
    ['a negative skill', '1\n-1\n0\n', 2, /skill id is '-1'/],
    ['an unknown skill', '2\n1,3\n0,1\n', 2, /skill 3 is not in the file of skills/],
    ['correctness 2', '2\n1,1\n0,2\n', 3, /a response is '2', expected 0 or 1/],
    ['correctness missing', '2\n1,1\n0,\n', 3, /there are 1 responses, expected 2/],
    ['a fraction for correctness', '2\n1,1\n0,0.5\n', 3, /a response is '0.5'/],
    ['an end within a student', '1\n1\n0\n1\n2\n', 5, /ends after the skill ids/],
    ['an end after a count', '1\n1\n0\n1\n', 4, /ends after the number of responses/],
    ['an empty line within', '1\n1\n0\n\n1\n1\n0\n', 4, /line is empty/],
    ['bytes that are not UTF-8', bytes('1\n1\n0\n1\n', 0xff, '\n0\n'), 5, /not UTF-8/],
  ])('refuses %s with file and line', async (_, text, line, message) => {
    const error = await errorOf(storeOf(await readerIn({ 'train.csv': text })));
    expect(error.code).toBe('DATA_MALFORMED');
    expect(error.details.file).toMatch(/train\.csv$/);
    expect(error.details.line).toBe(line);
    expect(error.message).toMatch(message);
    expect(error.details.fix).toBeTruthy();
  });

  it.each<[string, string, string, number | undefined, RegExp]>([
    ['a skill without a name', '1 Area\n', 'DATA_MALFORMED', 1, /expected a skill id, a tab and a name/],
    ['a skill twice', '1\tA\n1\tB\n', 'DATA_MALFORMED', 2, /skill 1 is there twice/],
    ['a skill whose name is empty', '1\t \n', 'DATA_MALFORMED', 1, /skill 1 has no name/],
    ['no skills', '\n', 'DATA_EMPTY', undefined, /no skills/],
  ])('refuses %s', async (_, text, code, line, message) => {
    const error = await errorOf(storeOf(await readerIn({ 'skills.tsv': text, 'train.csv': '1\n1\n0\n' })));
    expect([error.code, error.details.line]).toEqual([code, line]);
    expect(error.message).toMatch(message);
    expect(error.details.file).toMatch(/skills\.tsv$/);
  });

  it('refuses an empty file and one that is not there', async () => {
    expect((await errorOf(storeOf(await readerIn({ 'train.csv': '' })))).code).toBe('DATA_EMPTY');
    const missing = await errorOf(storeOf(await readerIn({})));
    expect([missing.code, missing.message]).toEqual(['DATA_MISSING', 'cannot be read (ENOENT)']);
  });
});

const shared = resolve(fileURLToPath(import.meta.url), '../../../../../../shared/data/assist2009');

describe.skipIf(!existsSync(shared))(`ASSISTments 2009 (skipped where ${shared} is absent)`, () => {
  it('gives the windows, steps and batches of the PyTorch peer', async () => {
    const store = await storeOf(createAssistmentsReader(assistmentsOptions.parse({ path: shared }), '/'));
    expect(store.summary).toMatchObject({ users: 2921, items: 110 });
    const split = await splitStore(store, { seed: 1, testFraction: 0.2, validationFraction: 0 });
    expect(split.users).toEqual({ train: 2338, validation: 0, test: 583 });
    const batches = await openBatches(store, split);
    onTestFinished(() => batches.close());
    expect([batches.windowCount('train'), batches.windowCount('test'), batches.stepsPerEpoch(32)]).toEqual([3382, 858, 105]);
    // Recorded from the peer: SHA-256 over length, items and responses of each window, of the first and the last batch.
    const epoch = await collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 32 }));
    expect(windowDigest(epoch[0]!)).toBe('f7b1587308f2971cb1494e73bc00e5e0dd6ab4a683b0349860fd68467f6402df');
    expect(windowDigest(epoch[104]!)).toBe('b86b20db87f1f8f64c47ac05247ea137fdb9452cfdcf0524e1e3936df628b9df');
  });
});

function windowDigest({ itemIds, references, fields }: Batch): string {
  const digest = createHash('sha256');
  const longest = references.items!.shape[1]!;
  fields.lengths!.data.forEach((length, row) => {
    const cells = Array.from({ length }, (_, position) => row * longest + position);
    const values = [length, ...cells.map((cell) => itemIds[references.items!.data[cell]!]!), ...cells.map((cell) => fields.responses!.data[cell]!)];
    digest.update(new Uint8Array(Int32Array.from(values).buffer));
  });
  return digest.digest('hex');
}
