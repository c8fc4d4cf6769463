import { defineConfig, mergeConfig } from 'vitest/config';
import shared from '../vitest.config.js';

/** The tools are plain Node modules, with their tests beside them. */
export default mergeConfig(shared, defineConfig({ test: { include: ['**/*.test.mjs'] } }));
