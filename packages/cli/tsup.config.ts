import { defineConfig } from 'tsup';
import shared from '../../tsup.config.js';

/** Two entries, and chunks between them: `gram --help` must not load what a command needs (the engine, DuckDB). */
export default defineConfig({ ...shared, entry: ['src/gram.ts', 'src/index.ts'], splitting: true });
