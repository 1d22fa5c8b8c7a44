import { describe, expect, it } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { session } from '../../call/fakes'
import { fakeRoom } from './fakeRoom'
import PauseDialog from './PauseDialog.vue'

async function draw() {
  const fake = fakeRoom(session('open', 'admitted'), true)
  const dialog = await show(PauseDialog, { props: { room: fake.room, modelValue: true }, areas: ['session'], language: 'en' })
  return { fake, dialog }
}

describe('pausing the recording', () => {
  it('wants a reason, and closes when it is paused', async () => {
    const { fake, dialog } = await draw()
    await press(dialog, 'Pause recording')
    expect(words(dialog)).toContain('Please say why it is paused.')
    expect(fake.parts.pauseRecording).not.toHaveBeenCalled()
    await dialog.find('textarea').setValue('private papers')
    await press(dialog, 'Pause recording')
    expect(fake.parts.pauseRecording).toHaveBeenCalledWith('private papers')
    expect(dialog.emitted('update:modelValue')?.at(-1)).toEqual([false])
  })

  it('does nothing when one thinks better of it', async () => {
    const { fake, dialog } = await draw()
    await press(dialog, 'Do not pause')
    expect(fake.parts.pauseRecording).not.toHaveBeenCalled()
    expect(dialog.emitted('update:modelValue')?.at(-1)).toEqual([false])
  })
})
