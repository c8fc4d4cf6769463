import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HostTensor } from '@gramkit/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelTensors, readSafetensors, readSafetensorsHeader, readTensor, writeSafetensors } from './index.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gramkit-safetensors-'));
  file = path.join(folder, 'model.safetensors');
});
afterEach(() => rm(folder, { recursive: true }));

/** A file with this header, given as JSON or as text, and so many bytes of data: 0, 1, 2, … */
async function craft(header: unknown, dataBytes: number, to = file): Promise<void> {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header), 'utf8');
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  await writeFile(to, Buffer.concat([prefix, json, Buffer.from(Array.from({ length: dataBytes }, (_, index) => index & 0xff))]));
}

const entry = (dtype: string, shape: number[], begin: number, end: number) => ({ dtype, shape, data_offsets: [begin, end] });
const float = (...data: number[]): HostTensor => ({ dtype: 'float32', shape: [data.length], data: Float32Array.from(data) });

describe('a file written', () => {
  const tensors: Record<string, HostTensor> = {
    'b.weight': { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, -0, NaN, Infinity, 1e-45, 0.1) },
    'a.count': { dtype: 'int32', shape: [], data: Int32Array.of(-2147483648) },
    empty: { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) },
    'ünïcode "name"': float(5),
    __proto__name: float(6),
  };

  it('reads back the same, bit for bit, with its metadata and no partial file beside it', async () => {
    await writeSafetensors(file, tensors, { format: 'gramkit', note: 'é\n"' });
    const content = await readSafetensors(file);
    expect(content).toEqual({ tensors, metadata: { format: 'gramkit', note: 'é\n"' } });
    expect(Object.keys(content.tensors)).toEqual(Object.keys(tensors));
    expect(Object.is((content.tensors['b.weight']!.data as Float32Array)[1], -0)).toBe(true);
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  it('holds no more than the view it was given, and begins its data at a multiple of 8', async () => {
    const view = Float32Array.from([9, 9, 1, 2, 9]).subarray(2, 4);
    await writeSafetensors(file, { part: { dtype: 'float32', shape: [2], data: view } });
    const header = (await readFile(file)).readBigUInt64LE();
    expect(header % 8n).toBe(0n);
    expect((await stat(file)).size).toBe(8 + Number(header) + 8);
    expect((await readSafetensors(file)).tensors.part!.data).toEqual(Float32Array.of(1, 2));
  });

  it('replaces another whole, and leaves it alone where writing fails', async () => {
    await writeSafetensors(file, { old: float(1) });
    await expect(writeSafetensors(file, { wrong: { dtype: 'float32', shape: [3], data: Float32Array.of(1) } })).rejects.toThrow(/'wrong' of shape \[3\] has 1 elements, not 3/);
    expect(Object.keys((await readSafetensors(file)).tensors)).toEqual(['old']);
    await writeSafetensors(file, { young: float(2) });
    expect((await readSafetensors(file)).tensors).toEqual({ young: float(2) });
  });

  it('into a folder that is not there is an error, with nothing left behind', async () => {
    await expect(writeSafetensors(path.join(folder, 'none', 'x.safetensors'), { a: float(1) })).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    const onto = path.join(folder, 'directory');
    await mkdir(path.join(onto, 'full'), { recursive: true });
    await expect(writeSafetensors(onto, { a: float(1) })).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE', details: { file: onto } });
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

describe('one tensor', () => {
  it('is read by itself, F16 and BF16 as float32, at any byte', async () => {
    await craft({ odd: entry('U8', [1], 0, 1), half: entry('F16', [2], 1, 5), brain: entry('BF16', [1], 5, 7), whole: entry('I32', [1], 7, 11) }, 11);
    const { entries } = await readSafetensorsHeader(file);
    expect([...entries.keys()]).toEqual(['odd', 'half', 'brain', 'whole']);
    // Little-endian: bytes 1 2 are the half 0x0201, bytes 5 6 the brain 0x0605.
    expect(await readTensor(file, entries.get('half')!)).toEqual({ dtype: 'float32', shape: [2], data: Float32Array.of(0x201 * 2 ** -24, (1 + 3 / 1024) * 2 ** -14) });
    expect(new Uint32Array((await readTensor(file, entries.get('brain')!)).data.buffer)[0]).toBe(0x06050000);
    expect(await readTensor(file, entries.get('whole')!)).toEqual({ dtype: 'int32', shape: [1], data: Int32Array.of(0x0a090807) });
  });

  it('of a type that cannot be read is listed, and refused only when it is wanted', async () => {
    await craft({ ids: entry('I64', [1, 2], 0, 16), kept: entry('F32', [1], 16, 20) }, 20);
    const tensors = await openModelTensors(folder);
    expect(tensors.get('ids')).toMatchObject({ elementType: 'I64', shape: [1, 2], file });
    expect((await tensors.get('kept')!.read()).shape).toEqual([1]);
    await expect(tensors.get('ids')!.read()).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED', details: { file, field: 'ids', alternatives: ['F32', 'F16', 'BF16', 'I32'] } });
  });

  it('of a file that was cut off meanwhile is an error', async () => {
    await writeSafetensors(file, { a: float(1, 2, 3) });
    const { entries } = await readSafetensorsHeader(file);
    await truncate(file, (await stat(file)).size - 4);
    await expect(readTensor(file, entries.get('a')!)).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', details: { file, field: 'a' } });
  });
});

describe('a corrupt file', () => {
  const refused = async (message: RegExp, field?: string) => {
    const details = field === undefined ? { file } : { file, field };
    await expect(readSafetensors(file)).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', message: expect.stringMatching(message), details });
  };

  it('that is cut off anywhere is refused', async () => {
    await writeSafetensors(file, { a: float(1, 2, 3, 4) });
    const { size } = await stat(file);
    for (const [bytes, message] of [[size - 1, /cut off: tensor 'a' ends/], [size - 16, /cut off/], [40, /header claims/], [8, /header claims/], [3, /has 3 bytes/], [0, /has 0 bytes/]] as const) {
      await truncate(file, bytes);
      await refused(message);
    }
  });

  it('whose header is absurdly long, no JSON, no object or no UTF-8 is refused', async () => {
    await writeFile(file, Buffer.alloc(64, 0xff));
    await refused(/header claims 18446744073709551615 bytes/);
    await craft('{"a": ', 0);
    await refused(/no JSON \(/);
    await craft('[1]', 0);
    await refused(/no JSON object/);
    await writeFile(file, Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from([0xc3, 0x28])]));
    await refused(/no UTF-8/);
    await craft({ __metadata__: { a: 1 } }, 0);
    await refused(/metadata/, '__metadata__');
  });

  it.each([
    ['overlapping tensors', { a: entry('F32', [2], 0, 8), b: entry('F32', [1], 4, 8) }, 8, /'b' lies over tensor 'a'/, 'b'],
    ['a hole before the first', { a: entry('F32', [1], 4, 8) }, 8, /4 bytes between the header and tensor 'a'/, 'a'],
    ['a hole between two', { a: entry('F32', [1], 0, 4), b: entry('F32', [1], 8, 12) }, 12, /4 bytes between tensor 'a' and tensor 'b'/, 'b'],
    ['bytes at the end', { a: entry('F32', [1], 0, 4) }, 7, /3 bytes after tensor 'a'/, undefined],
    ['offsets past the end', { a: entry('F32', [2], 0, 8) }, 4, /cut off/, 'a'],
    ['offsets that do not fit the shape', { a: entry('F32', [2], 0, 4) }, 4, /needs 8 bytes.*hold 4/, 'a'],
    ['offsets in reverse', { a: entry('F32', [1], 4, 0) }, 4, /hold -4/, 'a'],
    ['a shape whose size overflows', { a: entry('F32', [2 ** 40, 2 ** 40], 0, 4) }, 4, /needs/, 'a'],
    ['a negative dimension', { a: entry('F32', [-1], 0, 4) }, 4, /malformed/, 'a'],
    ['an unknown type', { a: entry('F31', [1], 0, 4) }, 4, /unknown type F31/, 'a'],
    ['half a byte', { a: entry('F4', [1], 0, 1) }, 1, /no whole bytes/, 'a'],
    ['an entry that is none', { a: 3 }, 0, /malformed/, 'a'],
  ])('with %s is refused', async (_, header, dataBytes, message, field) => {
    await craft(header, dataBytes);
    await refused(message, field);
  });

  it('that is not there is told apart', async () => {
    await expect(readSafetensors(file)).rejects.toMatchObject({ code: 'MODEL_FILE_MISSING', details: { file } });
  });
});

describe('a folder of shards', () => {
  const index = () => path.join(folder, 'model.safetensors.index.json');
  const shard = (number: number) => path.join(folder, `part-${number}.safetensors`);
  const writeIndex = (weightMap: unknown) => writeFile(index(), JSON.stringify({ weight_map: weightMap }));

  beforeEach(async () => {
    await writeSafetensors(shard(1), { a: float(1), b: float(2) });
    await writeSafetensors(shard(2), { c: float(3) });
  });

  it('is read as one', async () => {
    await writeIndex({ a: 'part-1.safetensors', b: 'part-1.safetensors', c: 'part-2.safetensors' });
    const tensors = await openModelTensors(folder);
    expect([...tensors.keys()]).toEqual(['a', 'b', 'c']);
    expect(await tensors.get('c')!.read()).toEqual(float(3));
  });

  it('is refused where a shard lacks a tensor or is lacking, where two hold the same, and where it leads elsewhere', async () => {
    await writeIndex({ a: 'part-1.safetensors', z: 'part-2.safetensors' });
    await expect(openModelTensors(folder)).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', details: { file: shard(2), field: 'z' } });
    await writeIndex({ a: 'part-1.safetensors', c: 'part-3.safetensors' });
    await expect(openModelTensors(folder)).rejects.toMatchObject({ code: 'MODEL_FILE_MISSING', details: { file: shard(3) } });
    await writeSafetensors(shard(3), { a: float(9) });
    await writeIndex({ a: 'part-1.safetensors', b: 'part-3.safetensors' });
    await expect(openModelTensors(folder)).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', message: expect.stringContaining("'a' is in") });
    await writeIndex({ a: '../part-1.safetensors' });
    await expect(openModelTensors(folder)).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', message: expect.stringContaining('no file name') });
  });

  it('with a broken index is refused', async () => {
    await writeFile(index(), '{"weight_map": 3}');
    await expect(openModelTensors(folder)).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', details: { file: index(), field: 'weight_map' } });
    await rm(index());
    await expect(openModelTensors(folder)).rejects.toMatchObject({ code: 'MODEL_FILE_MISSING', details: { file: folder } });
  });
});
