import { defineConfig } from 'vitest/config';

const conditions = ['@gramkit/source', 'module', 'node', 'development|production', 'import', 'default'];

/** Every package tests alike, on the sources of its workspace dependencies. The native engine allows one thread a process: forks. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    pool: 'forks',
    maxWorkers: 1,
    // The scaffolder's templates are real plugins, with tests of their own.
    include: ['src/**/*.test.ts', 'templates/*/src/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    execArgv: ['--expose-gc'],
    // Tests compare with recorded values and bit by bit, which holds on a CPU; a developer's GPU is used when asked for.
    env: { CUDA_VISIBLE_DEVICES: process.env.GRAMKIT_TEST_GPU ?? '' },
    passWithNoTests: false,
    reporters: ['default', ['json', { outputFile: 'test-results.json' }]],
  },
});
