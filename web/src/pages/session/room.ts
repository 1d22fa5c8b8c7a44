// The session page's state for its components: what the program tells, the devices, the call, the way in. Each is a
// file of its own in ./room with its test beside it; here they meet this browser and each other.
import { computed, onScopeDispose, watch } from 'vue'
import { chime } from '../../call/sound'
import { isStaff } from '../../state/me'
import { onOtherNetwork } from '../../state/network'
import { online } from '../../state/online'
import { onWake } from '../../state/woke'
import { useAudioOnly } from './room/audioOnly'
import { devicesChecked, noteDevicesChecked, useDevices } from './room/devices'
import { useElsewhere } from './room/elsewhere'
import { useMedia } from './room/media'
import { program } from './room/program'
import { useSharing } from './room/sharing'
import { useSnapshots } from './room/snapshots'
import { useSteps } from './room/steps'
import { useTelling } from './room/telling'
import { useWalkingIn } from './room/walkingIn'

/** `admits`: whom to let in as soon as one is inside, asked for by the press of a button elsewhere. */
export function useRoom(bookingId: string, admits = '') {
  const snapshots = useSnapshots(bookingId, program, () => media.nudge())
  const { state, phase, session, booking, problem, stale, stopping, enter } = snapshots
  const isOfficer = computed(() => (session.value ? session.value.me.role === 'officer' : isStaff.value))
  const steps = useSteps(snapshots, program)
  const held = useDevices((kind, track) => media.setTrack(kind, track))
  const { devices, picture, sound, speakerId, local, startDevices, stopDevices } = held
  const media = useMedia(snapshots, { start: startDevices, tracks: () => local.tracks, shared: () => sharing.shared() }, {
    fetch: (...request) => fetch(...request),
    makePeer: (iceServers) => new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' }),
    makeStream: () => new MediaStream(),
    token: program.token,
    tellLine: program.tellLine,
    online,
    onWake,
    onOtherNetwork,
  })
  const face = { isOn: () => local.state.camera.on && !!local.tracks.video, set: (on: boolean) => local.setCamera(on) }
  const sharing = useSharing(devices, face, (shared) => media.share(shared), media.shareRefusal, {
    devices: navigator.mediaDevices,
    oneCamera: matchMedia('(pointer: coarse)').matches,
  })
  const alone = useAudioOnly({
    cameraIsOn: () => local.state.camera.on,
    setCamera: (on) => local.setCamera(on),
    stopSharing: () => sharing.stop(),
    receive: (pictures) => media.receive(pictures),
  })
  useTelling(state, held, program.tellMedia)
  const walkingIn = useWalkingIn(snapshots, isOfficer, { ...steps, devicesChecked }, admits)
  const { elsewhere, nextUp } = useElsewhere(isOfficer, session, program)

  watch(phase, (now, before) => {
    if (before === 'waiting' && now === 'joining') void chime(speakerId.value).catch(() => {})
    if (now !== 'left' && now !== 'ended' && now !== 'elsewhere') return
    // first what took the camera's place: it would give it back
    sharing.stop()
    stopDevices()
  })

  async function checked() {
    noteDevicesChecked()
    await steps.wait()
  }

  // the page goes and comes
  const onHide = () => media.hangUp()
  const onShow = (event: PageTransitionEvent) => event.persisted && location.reload()
  addEventListener('pagehide', onHide)
  addEventListener('pageshow', onShow)
  onScopeDispose(() => {
    removeEventListener('pagehide', onHide)
    removeEventListener('pageshow', onShow)
  })

  void enter()
  return {
    bookingId, state, phase, session, booking, isOfficer, problem, stale, stopping, enter, checked, ...steps,
    held, devices, local, picture, sound, speakerId, startDevices,
    playing: media.playing, quality: media.quality, refusal: media.refusal, takeBack: media.takeBack,
    ...alone, sharing, shareRefusal: media.shareRefusal,
    ...walkingIn, elsewhere, nextUp,
  }
}

export type Room = ReturnType<typeof useRoom>
