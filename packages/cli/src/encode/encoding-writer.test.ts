import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEncodingWriter } from './encoding-writer.js';

const encoded = [
  { text: 'a "b"', tokenIds: Int32Array.of(101, 7, 102), embedding: Float32Array.of(0.1, -2.5) },
  { text: '', tokenIds: Int32Array.of(101, 102), embedding: Float32Array.of(1e-9, 3) },
  { text: 'c', tokenIds: Int32Array.of(101, 9, 102), embedding: Float32Array.of(4, 5) },
];

async function written(name: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'gram-encodings-'));
  const file = join(folder, name);
  const writer = await openEncodingWriter(file, 2);
  await writer.write(encoded.slice(0, 2));
  expect(readdirSync(folder)).not.toContain(name);
  await writer.write(encoded.slice(2));
  await writer.finish();
  await writer.discard();
  expect(readdirSync(folder)).toEqual([name]);
  return readFileSync(file);
}

it('writes a line a text whose numbers give the float32 back exactly', async () => {
  const lines = (await written('out.jsonl')).toString().trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toBe('{"text":"a \\"b\\"","tokenIds":[101,7,102],"embedding":[0.100000001,-2.5]}');
  lines.forEach((line, index) => expect(Float32Array.from(JSON.parse(line).embedding)).toEqual(encoded[index]!.embedding));
});

it('writes a NumPy file: magic, a header of 128 bytes with the shape, float32 rows', async () => {
  const bytes = await written('out.npy');
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
  expect(bytes.readUInt16LE(8)).toBe(118);
  expect(bytes.subarray(10, 128).toString('latin1')).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }".padEnd(117) + '\n');
  const values = new Float32Array(new Uint8Array(bytes.subarray(128)).buffer);
  expect([...values]).toEqual(encoded.flatMap((one) => [...one.embedding]));
});

it('leaves nothing behind when it is discarded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gram-encodings-'));
  const writer = await openEncodingWriter(join(folder, 'out.npy'), 2);
  await writer.write(encoded);
  await writer.discard();
  expect(readdirSync(folder)).toEqual([]);
});

it('refuses an unknown ending and a folder that is not there', async () => {
  await expect(openEncodingWriter('out.csv', 2)).rejects.toMatchObject({ code: 'USAGE', details: { alternatives: ['.jsonl', '.npy'] } });
  await expect(openEncodingWriter(join(tmpdir(), 'no', 'such', 'out.npy'), 2)).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
});
