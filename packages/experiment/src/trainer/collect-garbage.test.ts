import { expect, it } from 'vitest';
import { collectGarbage } from './collect-garbage.js';

it('frees memory outside the heap that nothing refers to', async () => {
  const dropped = new WeakRef(new ArrayBuffer(64e6));
  const kept = new ArrayBuffer(64e6);
  // A weak reference holds what it refers to until the turn of the event loop in which it was made has ended.
  await new Promise((resolve) => setImmediate(resolve));
  expect(dropped.deref()?.byteLength).toBe(64e6);
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(dropped.deref()).toBeUndefined();
  expect(kept.byteLength).toBe(64e6);
});
