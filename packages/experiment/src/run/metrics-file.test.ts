import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MetricsFile } from './metrics-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gramkit-metrics-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('MetricsFile', () => {
  it('has every line on disk at once, and cuts off what a resumed run will do again', async () => {
    const path = join(folder, 'metrics.jsonl');
    const first = new MetricsFile(path);
    first.append({ step: 1, note: 'é' });
    const kept = first.bytes;
    first.append({ step: 2 });
    expect(await readFile(path, 'utf8')).toBe('{"step":1,"note":"é"}\n{"step":2}\n');
    first.close();
    const second = new MetricsFile(path, kept);
    second.append({ step: 3 });
    second.close();
    expect(await readFile(path, 'utf8')).toBe('{"step":1,"note":"é"}\n{"step":3}\n');
    expect(second.bytes).toBe(kept + 11);
  });

  it('names the file that cannot be written', () => {
    expect(() => new MetricsFile(join(folder, 'absent', 'metrics.jsonl'))).toThrowError(expect.objectContaining({ code: 'OUTPUT_UNWRITABLE' }));
  });
});
