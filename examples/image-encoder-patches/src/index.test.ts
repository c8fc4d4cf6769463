import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { testEncoder } from '@gramkit/plugin-testkit';
import type { ItemContent } from '@gramkit/spec';
import { randomSource } from '@gramkit/tensor';
import { PNG } from 'pngjs';
import { afterAll, describe, expect, it } from 'vitest';
import { makeCatalogue } from '../generator/catalogue.mjs';
import { drawPicture } from '../generator/draw-picture.mjs';
import plugin, { patchOptions, pictureReader } from './index.js';
import { cutIntoPatches } from './prepared-pictures.js';
import { readPicture } from './read-picture.js';

// At once, not in `beforeAll`: the suite is declared with the items.
const folder = mkdtempSync(path.join(tmpdir(), 'gramkit-patches-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(path.join(folder, 'pictures'));
const items: ItemContent[] = makeCatalogue().slice(0, 6).map((question, row) => {
  const image = `pictures/${question.id}.png`;
  writeFileSync(path.join(folder, image), drawPicture(question, randomSource(1, row)));
  return { id: question.id, fields: { image } };
});

testEncoder(plugin, {
  options: { patchSize: 12, dimension: 8, heads: 2, layers: 1 },
  items,
  baseDirectory: folder,
});

/** A picture of 2 by 2 pixels, each given as red, green, blue, opacity. */
function write(name: string, pixels: readonly number[]): string {
  const picture = new PNG({ width: 2, height: 2 });
  picture.data = Buffer.from(pixels);
  writeFileSync(path.join(folder, name), PNG.sync.write(picture));
  return path.join(folder, name);
}

describe('readPicture', () => {
  it('gives red, green and blue, white where the picture is transparent', () => {
    const file = write('four.png', [1, 2, 3, 255, 4, 5, 6, 0, 100, 200, 50, 255, 0, 0, 0, 51]);
    expect([...readPicture(file, 2)]).toEqual([1, 2, 3, 255, 255, 255, 100, 200, 50, 204, 204, 204]);
  });

  it('refuses pictures of another size, and what is no picture', () => {
    expect(() => readPicture(write('small.png', Array(16).fill(9)), 3)).toThrow(expect.objectContaining({ code: 'DATA_MALFORMED', message: expect.stringContaining('2 pixels wide') as string }));
    writeFileSync(path.join(folder, 'text.png'), 'no picture');
    expect(() => readPicture(path.join(folder, 'text.png'), 2)).toThrow(expect.objectContaining({ code: 'DATA_MALFORMED' }));
    expect(() => readPicture(path.join(folder, 'none.png'), 2)).toThrow(expect.objectContaining({ code: 'DATA_MISSING' }));
  });
});

describe('cutIntoPatches', () => {
  it('puts the pixels of a patch together, row by row', () => {
    const rowOf = (row: number) => [0, 1, 2, 3].flatMap((column) => [10 * row + column, 0, 0]);
    const picture = Uint8Array.from([0, 1, 2, 3].flatMap(rowOf));
    const reds = cutIntoPatches(picture, { size: 4, patchSize: 2 }).filter((_, value) => value % 3 === 0);
    expect([...reds]).toEqual([0, 1, 10, 11, 2, 3, 12, 13, 20, 21, 30, 31, 22, 23, 32, 33]);
  });
});

describe('the picture reader', () => {
  const reader = pictureReader(patchOptions.parse({ size: 2, patchSize: 2 }), folder);

  it('scales values to -1 and 1, in the order of the rows asked for', () => {
    write('black.png', [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]);
    write('white.png', Array(16).fill(255));
    const pictures = reader.prepare(['black.png', 'white.png'].map((image) => ({ id: image, fields: { image } })));
    const { patches } = pictures.collate([1, 0, 1]);
    expect(patches!.shape).toEqual([3, 1, 12]);
    expect([...patches!.data]).toEqual([...Array(12).fill(1), ...Array(12).fill(-1), ...Array(12).fill(1)]);
    expect([pictures.count, pictures.lengthOf(1)]).toEqual([2, 1]);
    expect(() => pictures.collate([2])).toThrow(expect.objectContaining({ code: 'DATA_MISMATCH', message: expect.stringContaining('no item in row 2') as string }));
  });

  it('names the item that has no picture', () => {
    expect(() => reader.prepare([{ id: 'q1', fields: { text: 'a' } }])).toThrow(expect.objectContaining({ code: 'DATA_MISSING', details: expect.objectContaining({ field: 'image', alternatives: ['text'] }) as object }));
  });
});

describe('patchOptions', () => {
  it('wants patches that tile the picture, and heads that share the dimension', () => {
    expect(patchOptions.safeParse({ size: 10, patchSize: 4 }).error!.issues).toMatchObject([{ path: ['patchSize'] }]);
    expect(patchOptions.safeParse({ dimension: 10, heads: 4 }).error!.issues).toMatchObject([{ path: ['heads'] }]);
  });
});
