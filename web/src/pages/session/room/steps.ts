// What a person does in a session: each step is one call, and its answer is where the session stands then.
import type { Program } from './program'
import type { Snapshots } from './snapshots'

export function useSteps({ session, apply, send }: Pick<Snapshots, 'session' | 'apply' | 'send'>, program: Program) {
  const id = () => session.value?.id ?? ''

  const acknowledge = () => apply(() => program.acknowledge(id(), session.value?.notice_version ?? 0))
  async function wait() {
    await apply(() => program.wait(id()))
    send({ type: 'checked' })
  }
  /** One click for an officer: walks in first if need be. */
  async function admit(participantId: string) {
    if (session.value?.me.state === 'acknowledged') await wait()
    await apply(() => program.admit(id(), participantId))
  }
  /** Notes that something was checked of the people, or takes that back. */
  const check = (key: string, done: boolean) => apply(() => program.check(id(), key, done))
  async function decline(reason: string) {
    await program.decline(id(), reason)
    send({ type: 'declined' })
  }
  async function leave() {
    const left = id()
    // media stops at once, whether or not the program can be told
    send({ type: 'left' })
    await program.leave(left)
  }
  const end = () => apply(() => program.end(id()))
  /** Nothing of anybody is recorded from now on. */
  const pauseRecording = (reason: string) => apply(() => program.pauseRecording(id(), reason))
  const resumeRecording = () => apply(() => program.resumeRecording(id()))
  /** Says why the session goes on, or went on, without being recorded. */
  const noteUnrecorded = (reason: string) => apply(() => program.noteUnrecorded(id(), reason))
  const recheck = () => void send({ type: 'recheck' })

  return { acknowledge, wait, admit, check, decline, leave, end, pauseRecording, resumeRecording, noteUnrecorded, recheck }
}
