import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// `MIANQIA_API` points the development server at a running program.
const program = process.env.MIANQIA_API ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    // scripts/size.mjs reads it to know what the first page loads
    manifest: true,
    // everything stays a file: the content security policy allows no data: scripts or styles
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    rolldownOptions: {
      output: {
        codeSplitting: {
          // what nearly every page uses comes in two files, not in thirty: on a poor line each file costs a turn
          groups: [
            { name: 'vendor', test: /node_modules\/(@?vue|vue-[a-z0-9]+|@intlify|openapi-fetch)\// },
            { name: 'shared', test: /src\/(api|i18n|look|parts|rules|state)\//, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/api': program, '/calendar': program, '/healthz': program },
  },
  test: {
    projects: [
      // rules and logic reach the browser through ports, so their tests need none
      { extends: true, test: { name: 'logic', include: ['src/**/[a-z]*.test.ts', 'tests/**/*.test.ts'], environment: 'node' } },
      // a test named as its component, beside it, draws it
      { extends: true, test: { name: 'components', include: ['src/**/[A-Z]*.test.ts'], environment: 'happy-dom' } },
    ],
  },
})
