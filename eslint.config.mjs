import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const component = (tag) => ({ sourceTag: tag, onlyDependOnLibsWithTags: ['spec', 'tensor'] });

/** The one-way order of docs/architecture.md. Tests may use the engine: they run real tensors. */
const order = [
  { sourceTag: 'spec', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'tensor', onlyDependOnLibsWithTags: ['spec'] },
  { sourceTag: 'engine', onlyDependOnLibsWithTags: ['spec'] },
  ...['tokenizer', 'encoder', 'model', 'strategy'].map(component),
  { sourceTag: 'data', onlyDependOnLibsWithTags: ['spec'] },
  { sourceTag: 'experiment', onlyDependOnLibsWithTags: ['spec', 'tensor', 'engine', 'tokenizer', 'encoder', 'model', 'strategy', 'data'] },
  // Runs the strategies with an author's component, and prepares texts for an encoder by a tokenizer.
  { sourceTag: 'testkit', onlyDependOnLibsWithTags: ['spec', 'tensor', 'engine', 'strategy', 'tokenizer'] },
  { sourceTag: 'cli', onlyDependOnLibsWithTags: ['*'] },
  { sourceTag: 'scaffolder', onlyDependOnLibsWithTags: [] },
];

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '.nx', '**/*.py', 'runs'] },
  ...tseslint.configs.recommended,
  { rules: { '@typescript-eslint/no-non-null-assertion': 'off', eqeqeq: 'error', 'prefer-const': 'error', 'no-console': 'error' } },
  {
    files: ['packages/**/*.ts'],
    // Templates are no part of the scaffolder: they import what a third party can.
    ignores: ['**/*.test.ts', '**/*.test-d.ts', 'packages/create-plugin/templates/**'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: true, allow: [], depConstraints: order }],
    },
  },
  {
    files: ['packages/**/*.ts'],
    ignores: ['packages/experiment/**'],
    rules: { 'no-restricted-imports': ['error', { paths: [{ name: 'inversify', message: 'Only @gramkit/experiment composes components.' }] }] },
  },
  {
    files: ['packages/create-plugin/templates/**', 'examples/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: ['@gramkit/*', '!@gramkit/spec', '!@gramkit/tensor', '!@gramkit/plugin-testkit'], message: 'A plugin stands on spec and tensor alone.' }] }] },
  },
  { files: ['tools/**', 'packages/cli/**'], rules: { 'no-console': 'off' } },
);
