// The walls of this room: only src/lib/api may speak to the shell, only the note preview may set HTML.
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

import svelteConfig from './svelte.config.js';

const shellWall = {
  patterns: [{ group: ['@tauri-apps/*'], message: 'Only src/lib/api speaks to the shell.' }],
};

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'test-results/', 'src/lib/api/bindings.ts'] },
  ...ts.configs.strict,
  ...svelte.configs['flat/recommended'],
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-imports': ['error', shellWall],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    rules: {
      'max-lines': ['error', 200],
      // The policy has no 'unsafe-inline' for styles.
      'svelte/no-inline-styles': 'error',
      'svelte/no-at-html-tags': 'error',
      'prefer-const': 'off',
    },
  },
  {
    files: ['src/lib/**/*.ts', 'src/*.ts', 'src/pages/**/*.ts'],
    rules: { 'max-lines': ['error', 300] },
  },
  {
    files: ['src/lib/api/**', 'src/test/**', 'src/**/*.test.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  { files: ['e2e/**', '*.config.*'], languageOptions: { globals: { ...globals.node } } },
);
