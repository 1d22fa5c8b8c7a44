// What every journey imports: Playwright's test with a running server, and the check for accessibility.
import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import { type Options, type Server, startServer } from './server'

interface Given {
  server: Server
  serverOptions: Options
}

/** `server` is started on first use and lives for one test; `test.use({ serverOptions: { at } })` sets it up. */
export const test = base.extend<Given>({
  serverOptions: [{}, { option: true }],
  server: async ({ serverOptions }, use, info) => {
    const server = await startServer(serverOptions)
    await use(server)
    if (info.status !== info.expectedStatus) {
      await info.attach('server.log', { body: server.log, contentType: 'text/plain' })
    }
    await server.stop()
  },
  baseURL: async ({ server }, use) => use(server.url),
})

/** axe finds nothing on the page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const found = violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.map((node) => node.html).join('\n  ')}`)
  expect(found, `axe on ${page.url()}`).toEqual([])
}

export { expect }
