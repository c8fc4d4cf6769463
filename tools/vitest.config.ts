import { defineConfig, mergeConfig } from 'vitest/config';
import shared from '../vitest.config.js';

/** The tools have their tests beside them: the entry points are plain Node modules, the benches TypeScript. */
export default mergeConfig(shared, defineConfig({ test: { include: ['**/*.test.{mjs,ts}'] } }));
