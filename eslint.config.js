import js from '@eslint/js'
import globals from 'globals'

// What runs in Node only; js/ and web/ must do without these, js/cli and a few named files aside.
const node = ['scripts/**', 'tests/**', 'examples/**', 'js/cli.js', 'js/cli/**', '*.config.js']

/** What browsers, workers and Node 20 share, and Deno, Bun and edge runtimes have too. */
const universal = globals['shared-node-browser']

export default [
  { ignores: ['build/', 'dist/', 'coverage/'] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2023, sourceType: 'module', globals: universal },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': ['error', { destructuring: 'all' }],
      'prefer-template': 'error',
    },
  },
  { files: node, languageOptions: { globals: globals.node } },
  { files: ['js/pool.js'], languageOptions: { globals: { Worker: false } } },
  { files: ['js/worker*.js'], languageOptions: { globals: globals.worker } },
  { files: ['web/**'], languageOptions: { globals: { ...globals.browser, ...globals.worker } } },
  { files: ['web/build.mjs'], languageOptions: { globals: globals.node } },
  {
    files: ['web/sw.js', 'web/service-worker.js'],
    languageOptions: { globals: globals.serviceworker },
  },
  {
    files: ['tests/**/*.js'],
    languageOptions: { globals: { ...globals.jest, ...globals.browser } },
  },
  {
    files: ['cmake/imports.js'],
    languageOptions: { sourceType: 'script', globals: { mergeInto: false, LibraryManager: false } },
    rules: { 'object-shorthand': 'off' },
  },
]
