import { defineConfig } from 'vitest/config';

/** TensorFlow's library serves one thread of a process: one process a file, and one after another. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 1,
    include: ['src/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // The conformance suite counts what is left in memory.
    execArgv: ['--expose-gc'],
    // It compares numbers closely, which holds on a CPU.
    env: { CUDA_VISIBLE_DEVICES: '' },
  },
});
