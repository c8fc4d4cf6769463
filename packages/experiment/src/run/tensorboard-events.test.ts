import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TensorBoardEvents } from './tensorboard-events.js';

it('writes the bytes that TensorBoard itself writes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gramkit-events-'));
  try {
    const events = new TensorBoardEvents(folder, 'test');
    events.scalars(300, { 'step/loss': 0.5, 'test/auc': -1.25 }, 1700000000.5);
    events.close();
    const bytes = await readFile(join(folder, 'events.out.tfevents.test'));
    const headerLength = 16 + Number(bytes.readBigUInt64LE(0));
    // Recorded with the Python package tensorboard 2.21.0: its RecordWriter over the same Event message.
    expect(bytes.subarray(headerLength).toString('hex')).toBe('31000000000000009d8383e90900002040fc54d94110ac022a230a100a09737465702f6c6f7373150000003f0a0f0a08746573742f617563150000a0bfd1c1d8c1');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
