import { describe, expect, it } from 'vitest'
import { STEADY, answerAfter, fragmentOf, isRestarting, mend, type Act, type MendEvent } from './mend'

type Happening = [at: number, event: MendEvent, act?: Act]

/** What is done about what happens; a time that was asked for comes by itself. */
function course(...happenings: Happening[]) {
  let now = STEADY
  const done: [number, Act][] = []
  const take = (event: MendEvent, at: number) => {
    const [next, act] = mend(now, event, at)
    now = next
    if (act !== 'nothing') done.push([at, act])
  }
  for (const [at, event] of [...happenings, [60_000, 'connected'] as Happening]) {
    while (now.due !== null && now.due <= at) take('due', now.due)
    take(event, at)
  }
  return { done, now }
}

describe('a connection that stops', () => {
  it.each<[string, Happening[], [number, Act][]]>([
    ['is left alone for a short hiccup', [[0, 'disconnected'], [1_900, 'connected']], []],
    ['is restarted after a longer one', [[0, 'disconnected'], [2_100, 'taken'], [2_500, 'connected']], [[2_000, 'restart']]],
    ['does not wait longer for being told twice', [[0, 'disconnected'], [1_500, 'disconnected'], [2_100, 'taken'], [2_500, 'connected']], [[2_000, 'restart']]],
    ['is restarted at once when it failed', [[0, 'failed'], [100, 'taken'], [400, 'connected']], [[0, 'restart']]],
    ['is restarted at once in another network', [[0, 'moved'], [100, 'taken']], [[0, 'restart']]],
    ['is restarted when nothing comes back', [[0, 'silent'], [100, 'taken']], [[0, 'restart']]],
    ['does not wait for the end of the hiccup in another network', [[0, 'disconnected'], [500, 'moved'], [600, 'taken'], [900, 'connected']], [[500, 'restart']]],
    ['is made anew when the program has it no more', [[0, 'failed'], [100, 'gone']], [[0, 'restart'], [100, 'anew']]],
    ['is made anew, though it seems to stand, when the program has it no more', [[0, 'moved'], [100, 'gone']], [[0, 'restart'], [100, 'anew']]],
    ['is made anew when a restart is refused', [[0, 'failed'], [100, 'refused']], [[0, 'restart'], [100, 'anew']]],
    ['stays as it is when it stands and a restart is refused', [[0, 'moved'], [100, 'refused']], [[0, 'restart']]],
    ['is made anew when a restart brings nothing', [[0, 'failed'], [100, 'taken'], [200, 'failed']], [[0, 'restart'], [5_000, 'anew']]],
    ['is made anew when it breaks during a restart that brings nothing', [[0, 'moved'], [100, 'taken'], [3_000, 'disconnected']], [[0, 'restart'], [5_000, 'anew']]],
    ['is made anew when the program does not answer', [[0, 'failed']], [[0, 'restart'], [5_000, 'anew']]],
    ['is asked for again while the program cannot be reached', [[0, 'failed'], [10, 'unreached'], [1_020, 'unreached'], [2_100, 'taken'], [2_400, 'connected']], [[0, 'restart'], [1_010, 'restart'], [2_020, 'restart']]],
    ['is asked for again at once when the network is back', [[0, 'failed'], [10, 'unreached'], [300, 'moved'], [400, 'taken'], [700, 'connected']], [[0, 'restart'], [300, 'restart']]],
    ['is not asked for for ever', [[0, 'failed'], [4_500, 'unreached']], [[0, 'restart'], [4_500, 'anew']]],
    ['is restarted once for all that is told meanwhile', [[0, 'silent'], [50, 'moved'], [60, 'disconnected'], [70, 'failed'], [100, 'taken'], [200, 'silent'], [300, 'connected']], [[0, 'restart']]],
    ['is restarted again when the network changes again', [[0, 'moved'], [100, 'taken'], [1_000, 'moved'], [1_100, 'taken']], [[0, 'restart'], [1_000, 'restart']]],
    ['takes no late answer for one to the next restart', [[0, 'taken'], [1, 'gone'], [2, 'refused'], [3, 'unreached'], [4, 'due']], []],
    ['mends itself while the program cannot be reached', [[0, 'disconnected'], [2_010, 'unreached'], [2_500, 'connected']], [[2_000, 'restart']]],
  ])('%s', (_what, happenings, done) => {
    const end = course(...happenings)
    expect(end.done).toEqual(done)
    // whatever happened, nothing is left to wait for
    expect([end.now.step, end.now.due]).toEqual(['steady', null])
  })

  it('is under way from the question to what comes of it', () => {
    const steps = (['disconnected', 'due', 'unreached', 'due', 'taken', 'connected'] as const)
    let now = STEADY
    expect(steps.map((event, index) => {
      now = mend(now, event, index * 100)[0]
      return isRestarting(now)
    })).toEqual([false, true, true, true, true, false])
  })
})

describe('what is said of a restart', () => {
  const offer = 'v=0\r\na=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:new\r\na=ice-pwd:word\r\na=mid:0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:new\r\na=ice-pwd:word\r\na=mid:1\r\n'
  const answer = 'v=0\r\nm=audio 9 X 111\r\na=candidate:1 1 udp 5 192.0.2.1 9 typ host\r\na=candidate:2 1 udp 4 192.0.2.2 9 typ host\r\na=ice-ufrag:old\r\na=ice-pwd:oldword\r\na=mid:0\r\nm=video 9 X 96\r\na=ice-ufrag:old\r\na=ice-pwd:oldword\r\na=candidate:1 1 udp 5 192.0.2.1 9 typ host\r\na=mid:1\r\n'

  it('is the credentials with the section that speaks for all', () => {
    expect(fragmentOf(offer)).toBe('a=ice-ufrag:new\r\na=ice-pwd:word\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n')
  })

  it('changes the credentials and addresses of the answer, and nothing else', () => {
    const fragment = 'a=ice-lite\r\nm=audio\r\na=mid:0\r\na=ice-ufrag:theirs\r\na=ice-pwd:secret\r\na=candidate:1 1 udp 5 192.0.2.7 8 typ host\r\na=end-of-candidates\r\n'
    expect(answerAfter(answer, fragment)).toBe('v=0\r\nm=audio 9 X 111\r\na=candidate:1 1 udp 5 192.0.2.7 8 typ host\r\na=ice-ufrag:theirs\r\na=ice-pwd:secret\r\na=mid:0\r\nm=video 9 X 96\r\na=ice-ufrag:theirs\r\na=ice-pwd:secret\r\na=candidate:1 1 udp 5 192.0.2.7 8 typ host\r\na=mid:1\r\n')
    expect(answerAfter(answer, 'a=ice-ufrag:theirs\r\na=ice-pwd:secret\r\n')).toBe(answer.replaceAll('ufrag:old', 'ufrag:theirs').replaceAll('oldword', 'secret'))
  })
})
