// Rules for the pages and their tests. A warning is an error (`npm run lint`); a rule that is off says why.
import { fileURLToPath } from 'node:url'
import eslint from '@eslint/js'
import { defineConfig } from 'eslint/config'
import globals from 'globals'
import typescript from 'typescript-eslint'
import accessibility from 'eslint-plugin-vuejs-accessibility'
import vue from 'eslint-plugin-vue'

export default defineConfig(
  { ignores: ['dist/', 'src/api/schema.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.vue'],
    extends: [
      eslint.configs.recommended,
      typescript.configs.strictTypeChecked,
      vue.configs['flat/recommended'],
      accessibility.configs['flat/recommended'],
    ],
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        parser: typescript.parser,
        // everything in one program: two would be read one after the other
        project: 'tsconfig.lint.json',
        tsconfigRootDir: fileURLToPath(new URL('.', import.meta.url)),
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      // vue-tsc knows every name, those of templates too
      'no-undef': 'off',
      // Layout: a template line holds a whole element here, so that a page fits on a screen
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': ['error', { html: { void: 'never', normal: 'any', component: 'always' } }],
      // `Problem`, `Field`: parts are named by one word; none is an HTML element's, and templates write them capitalised
      'vue/multi-word-component-names': 'off',
      // a prop that may be missing is `undefined` by its type, which says more than a default that means the same
      'vue/require-default-prop': 'off',
      // `() => act()` is how handlers are written, and `return act()` how one stops early
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // numbers are written into SVG paths, keys and clocks everywhere; objects and undefined still fail
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // browsers lack what lib.dom declares as always there (`navigator.locks`, `mediaDevices`): pages ask before use
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // labels stand around their control or name it by `for`: one of both is enough
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
      // a heading may be what somebody typed
      'vuejs-accessibility/heading-has-content': ['error', { accessibleChildren: ['UserText'] }],
      // all our media are people talking, live or recorded as evidence: there is no text of it
      'vuejs-accessibility/media-has-caption': 'off',
      eqeqeq: 'error',
      'no-console': ['error', { allow: ['error'] }],
    },
  },
  {
    // the parser sees a component's own script, not what its template gives it (`useTemplateRef`): vue-tsc does
    files: ['**/*.vue'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
    },
  },
  {
    files: ['**/*.test.ts', '**/fakes.ts'],
    rules: {
      // a fake keeps the promise of what it stands for without having to wait
      '@typescript-eslint/require-await': 'off',
      // `expect.objectContaining` and its like are any
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // what is missing in a test fails the test
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
)
