import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['dist/'] },
  js.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: { eqeqeq: 'error', 'no-var': 'error', 'prefer-const': 'error', 'object-shorthand': 'error' },
  },
  { files: ['kiosk/offline/worker.js'], languageOptions: { globals: globals.serviceworker } },
  { files: ['*.js'], languageOptions: { globals: globals.node } },
];
