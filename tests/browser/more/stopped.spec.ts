// SIGTERM in the middle of a session: the sessions are told, recordings are finalised, the program is gone.
import { meet, person } from '../journey/steps'
import { expect, test } from '../test'

/** How long the program may take to leave. */
const LEAVES_WITHIN_MS = 10_000

test('a server that is asked to stop finalises its recordings and leaves within ten seconds', async ({ browser, server }) => {
  const member = await person(browser, server, 'lin')
  const officer = await person(browser, server, 'zhou')
  await meet(member, officer, server)

  const asked = Date.now()
  await server.kill('SIGTERM')
  expect(Date.now() - asked).toBeLessThan(LEAVES_WITHIN_MS)
  await expect(member.getByText('服务正在重启').first()).toBeVisible()
  await Promise.all([member.context().close(), officer.context().close()])
  await server.start()

  const auditor = await person(browser, server, 'tang')
  const rows = await auditor.request.get('/api/v1/review/sessions')
  const { items } = (await rows.json()) as { items: { session_id: string; interrupted: boolean }[] }
  expect(items[0].interrupted, 'stopped in order, not interrupted').toBe(false)
  const checked = await auditor.request.get(`/api/v1/review/sessions/${items[0].session_id}/integrity`)
  const { recordings } = (await checked.json()) as { recordings: { state: string; fault: unknown }[] }
  expect(recordings).toHaveLength(2)
  for (const recording of recordings) expect(recording.fault).toBeNull()
})
