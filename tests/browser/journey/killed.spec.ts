// The server is killed with SIGKILL in the middle of a session; the next start plays what was recorded.
import { expect, test } from '../test'
import { meet, openRecordings, person } from './steps'

/** What a killed process may lose of a recording. */
const MISSING_AT_MOST_MS = 2_000

interface Track {
  duration_ms: number
  offset_ms: number
}

test('a killed server loses at most two seconds of a recording', async ({ browser, server }) => {
  const member = await person(browser, server, 'lin')
  const officer = await person(browser, server, 'zhou')
  await meet(member, officer, server)
  await expect(member.getByText(/00:00:(0[89]|[1-5]\d)/).first()).toBeVisible({ timeout: 20_000 })

  const killedAt = Date.now()
  await server.kill('SIGKILL')
  await Promise.all([member.context().close(), officer.context().close()])
  await server.start()

  const auditor = await person(browser, server, 'tang')
  await auditor.goto('/review')
  await auditor.getByRole('listitem').filter({ hasText: '录制中断过' }).getByRole('link').click()
  const opened = auditor.waitForResponse((response) => response.url().endsWith('/playbacks'))
  await openRecordings(auditor)
  const playback = (await (await opened).json()) as { starts_at: string; integrity: { state: string }; tracks: Track[] }
  expect(playback.integrity.state).not.toBe('broken')
  expect(playback.tracks).toHaveLength(2)
  for (const track of playback.tracks) {
    const end = Date.parse(playback.starts_at) + track.offset_ms + track.duration_ms
    expect(killedAt - end, 'missing at the end').toBeLessThanOrEqual(MISSING_AT_MOST_MS)
  }
  await auditor.getByRole('button', { name: /^播放/ }).click()
  const times = () =>
    auditor.locator('video').evaluateAll((all) => all.map((one) => (one as HTMLVideoElement).currentTime))
  await expect.poll(async () => (await times()).every((time) => time > 3), { timeout: 30_000 }).toBe(true)
})
