import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collect, errorOf, folderWith } from '../testing/fixtures.js';
import { numberedLines } from './numbered-lines.js';

/** What a stream of a file reads at a time. */
const pieceBytes = 64 * 1024;

async function linesOf(content: string | Uint8Array) {
  return collect(numberedLines(join(await folderWith({ 'a.txt': content }), 'a.txt')));
}

describe('numberedLines', () => {
  it('gives the same lines wherever a piece of the file ends: within a line, at its end, between CR and LF, within a character', async () => {
    for (const end of ['\n', '\r\n']) {
      for (let shift = 0; shift < 6; shift++) {
        const first = 'x'.repeat(pieceBytes - 4 + shift);
        const lines = [first, '', 'é€𝄞', 'y'.repeat(2 * pieceBytes), 'last'];
        expect((await linesOf(lines.join(end))).map(({ text }) => text)).toEqual(lines);
        const accented = [`${'x'.repeat(pieceBytes - 6 + shift)}é€𝄞`, 'last'];
        expect((await linesOf(accented.join(end) + end)).map(({ text }) => text)).toEqual(accented);
      }
    }
  });

  it('numbers lines from 1 and skips a byte order mark; an end of line ends the last line, it begins none', async () => {
    expect(await linesOf('\uFEFFa\n\nb\n')).toEqual([{ number: 1, text: 'a' }, { number: 2, text: '' }, { number: 3, text: 'b' }]);
    expect(await linesOf('')).toEqual([]);
  });

  it('names the line of bytes that are no UTF-8, after lines of many pieces', async () => {
    const error = await errorOf(linesOf(Buffer.concat([Buffer.from(`${'é'.repeat(pieceBytes)}\nb\n`), Buffer.from([0x63, 0xc3, 0x0a, 0x64])])));
    expect([error.code, error.details.line]).toEqual(['DATA_MALFORMED', 3]);
  });
});
