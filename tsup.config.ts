import { defineConfig } from 'tsup';

/**
 * Every package builds alike: one ESM bundle and its declarations from `src/index.ts`. Declarations take most of the time and only those
 * who install a package read them: `npm start` and `npm test` leave them out (GRAMKIT_DECLARATIONS=no; Nx caches the two apart).
 */
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'node20',
  dts: process.env.GRAMKIT_DECLARATIONS !== 'no',
  sourcemap: true,
  clean: true,
  splitting: false,
});
