import { defineConfig, mergeConfig } from 'vitest/config';
import workspace from '../../vitest.config.js';

/** The templates are real plugins: their own tests run as they are, beside those of the scaffolder. */
export default mergeConfig(workspace, defineConfig({ test: { include: ['templates/*/src/**/*.test.ts'] } }));
