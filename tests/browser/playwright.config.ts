// The browser journeys: real Chromium, the real binary, a real SMTP server (see server.ts).
import { defineConfig } from '@playwright/test'

// Chromium's own services are switched off: a test talks to loopback only, and a closed network
// would otherwise be asked many times at every start.
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-gpu',
  '--no-first-run',
]

// A camera and a microphone that are there and allowed. One that is refused or absent, or a picture
// from a file (--use-file-for-fake-video-capture=FILE.y4m), is for a test to ask for in `launchOptions`.
const fakeCamera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

export default defineConfig({
  testDir: '.',
  // Two cores carry one call between browsers, not several.
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  expect: { timeout: 10_000 },
  outputDir: '../../target/test/browser',
  reporter: [['line'], ['json', { outputFile: '../../target/test/browser.json' }]],
  use: {
    actionTimeout: 20_000,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.MIANQIA_CHROMIUM ?? '/usr/bin/chromium',
      args: [...quiet, ...fakeCamera],
    },
  },
  projects: [
    // In `make test`.
    { name: 'journey', testMatch: 'journey/**/*.spec.ts' },
    // In `make journeys`.
    { name: 'more', testMatch: 'more/**/*.spec.ts' },
  ],
})
