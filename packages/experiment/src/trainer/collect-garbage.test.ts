import { expect, it } from 'vitest';
import { collectGarbage } from './collect-garbage.js';

it('frees memory outside the heap that nothing refers to', () => {
  const before = process.memoryUsage().arrayBuffers;
  let buffer: ArrayBuffer | undefined = new ArrayBuffer(64e6);
  expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThanOrEqual(buffer.byteLength);
  buffer = undefined;
  collectGarbage();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32e6);
});
