// A room as the components of this folder know it, for their tests: in whatever state they are drawn.
import { computed, ref, shallowRef } from 'vue'
import { vi } from 'vitest'
import type { ApiError } from '../../api/problem'
import type { BookingDetail, Session } from '../../api/types'
import type { Playing } from '../../call/call'
import type { DeviceState } from '../../call/devices'
import { session } from '../../call/fakes'
import { START, next, phaseOf, type CallState } from '../../call/machine'
import type { ShareState } from '../../call/share'
import type { Verdict } from '../../call/quality'
import type { WaitsElsewhere } from './room/elsewhere'
import type { Room } from './room'

const device = { on: true, problem: null, silent: false, label: '', id: '', refused: null }
const devicesAreFine: DeviceState = {
  asking: false, microphone: { ...device, took: false }, camera: { ...device, size: '', mirrored: true },
  microphones: [], cameras: [], speakers: [],
}
const act = () => ({ busy: ref(false), problem: ref<ApiError | null>(null), run: vi.fn(() => Promise.resolve(true)) })

function fakeSharing() {
  return {
    state: shallowRef<ShareState>(), shared: () => null, canScreen: true, canDocument: ref(true), choosing: ref(false),
    paperCameras: ref<MediaDeviceInfo[]>([]), start: vi.fn(), stop: vi.fn(),
  }
}

export function fakeRoom(told: Session | null = session('waiting', 'waiting'), officer = false) {
  const state = shallowRef<CallState>(told ? next(START, { type: 'entered', session: told }) : START)
  const settled = () => vi.fn(() => Promise.resolve())
  const devices = shallowRef<DeviceState | undefined>(devicesAreFine)
  const track = shallowRef<MediaStreamTrack | null>(null)
  const room = {
    bookingId: 'booking',
    state,
    phase: computed(() => phaseOf(state.value)),
    session: computed(() => state.value.session),
    isOfficer: ref(officer),
    booking: shallowRef<BookingDetail>(),
    problem: ref<ApiError | null>(null),
    stale: ref(false),
    stopping: ref(false),
    devices, picture: track, sound: shallowRef<MediaStreamTrack | null>(null), speakerId: ref(''),
    playing: shallowRef<Playing[]>([]),
    quality: shallowRef<Verdict | null>({ quality: 'good', wrong: null, advice: null }),
    refusal: shallowRef<ApiError | null>(null),
    audioOnly: ref(false), setAudioOnly: vi.fn(), sharing: fakeSharing(), shareRefusal: shallowRef<ApiError | null>(null),
    walking: act(), taken: shallowRef(null), together: ref(''), straightIn: ref(false), walksIn: ref(false),
    elsewhere: ref<WaitsElsewhere[]>([]), nextUp: ref<WaitsElsewhere>(),
    local: { setCamera: vi.fn(), setMicrophone: vi.fn(), flip: vi.fn() },
    enter: settled(), acknowledge: settled(), wait: settled(), checked: settled(), admit: settled(), check: settled(), decline: settled(),
    leave: settled(), end: settled(), pauseRecording: settled(), resumeRecording: settled(), noteUnrecorded: settled(), recheck: vi.fn(), startDevices: settled(), takeBack: vi.fn(), enterToo: vi.fn(),
  }
  /** What the program tells from now on. */
  const tell = (now: Session) => (state.value = next(state.value, { type: 'snapshot', session: now }))
  return { room: room as unknown as Room, parts: room, tell }
}
