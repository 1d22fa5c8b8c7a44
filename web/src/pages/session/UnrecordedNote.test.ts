import { describe, expect, it } from 'vitest'
import { press, show, words } from '../../../tests/show'
import type { Session } from '../../api/types'
import { guest, officer, session } from '../../call/fakes'
import { fakeRoom } from './fakeRoom'
import UnrecordedNote from './UnrecordedNote.vue'

const can = { admit: true, end: true, pause: true, resume: false, note: true }
const stretch = (more: Partial<Session['unrecorded'][number]> = {}): Session['unrecorded'][number] => ({
  id: 'one', cause: 'not_written', participant_id: guest.id, publication_id: 'publication', medium: 'both',
  began_at: '2026-11-23T06:01:02Z', ended_at: null, reason: null, noted_at: null, ...more,
})
const draw = (unrecorded: Session['unrecorded']) => {
  const fake = fakeRoom(session('open', 'admitted', { unrecorded, can, people: [guest, officer] }), true)
  return { fake, drawn: show(UnrecordedNote, { props: { room: fake.room }, areas: ['session'], language: 'en' }) }
}

describe('what is not recorded and nobody has noted', () => {
  it('says whose it is and since when, in the time of the office', async () => {
    const note = await draw([stretch()]).drawn
    expect(words(note.find('h2'))).toContain('Lin')
    expect(words(note.find('h2'))).toContain('14:01:02')
    expect(note.find('[role="alert"]').exists()).toBe(true)
  })

  it('is no dialog that holds the focus, so that whoever speaks goes on', async () => {
    expect((await draw([stretch()]).drawn).find('dialog').exists()).toBe(false)
  })

  it('stays when it is over, and says that it is', async () => {
    const note = await draw([stretch({ ended_at: '2026-11-23T06:01:30Z' })]).drawn
    expect(words(note)).toContain('now there is again')
    expect(note.findAll('button')).toHaveLength(1)
  })

  it('wants a reason before it goes on', async () => {
    const { fake, drawn } = draw([stretch()])
    const note = await drawn
    await press(note, 'Note and go on')
    expect(words(note)).toContain('Please say why.')
    expect(fake.parts.noteUnrecorded).not.toHaveBeenCalled()
    await note.find('input').setValue(' only numbers are compared ')
    await press(note, 'Note and go on')
    expect(fake.parts.noteUnrecorded).toHaveBeenCalledWith('only numbers are compared')
  })

  it('offers to pause', async () => {
    const note = await draw([stretch()]).drawn
    await press(note, 'Pause recording')
    expect(note.emitted('pause')).toHaveLength(1)
  })
})
