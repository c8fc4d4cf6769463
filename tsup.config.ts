import { defineConfig } from 'tsup';

/**
 * Every package builds alike: one ESM bundle from `src/index.ts`. Only those who install a package read declarations: `npm run pack` writes
 * them, for all packages by one compiler (tools/declarations).
 */
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'node20',
  sourcemap: true,
  clean: true,
  splitting: false,
});
