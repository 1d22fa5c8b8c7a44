// The check of a line for a booking: measured, kept with the booking together with what was found of the devices.
import { onScopeDispose, ref, shallowRef } from 'vue'
import { api, take } from '../../api/client'
import { ApiError } from '../../api/problem'
import type { DeviceFound, LineCheck } from '../../api/types'
import { checkLine, madeUpMedia } from '../../call/lineCheck'
import type { LineFigures } from '../../call/tally'

export interface Findings { camera: DeviceFound; microphone: DeviceFound; speaker: DeviceFound }

export function useLineTrial(bookingId: string, found: () => Findings) {
  const busy = ref(false)
  const share = ref(0)
  const figures = shallowRef<LineFigures | null>(null)
  /** As the program judged it and keeps it. */
  const kept = shallowRef<LineCheck | null>(null)
  const problem = shallowRef<ApiError | null>(null)
  const path = { params: { path: { id: bookingId } } }
  let told = ''
  let gone = false

  async function run() {
    if (busy.value) return
    busy.value = true
    share.value = 0
    problem.value = null
    try {
      const { ice_servers: iceServers } = await take(api.GET('/api/v1/bookings/{id}/line-checks', path))
      const measured = await checkLine({
        makePeer: () => new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' }),
        makeMedia: madeUpMedia,
        // line ends count in an SDP, and texts lose theirs on the way
        offer: (publish, play) => take(api.POST('/api/v1/bookings/{id}/line-checks/media', {
          ...path, body: { publish_base64: btoa(publish), play_base64: btoa(play) },
        })),
        pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        now: () => performance.now(),
      }, (done) => (share.value = done), () => gone)
      if (gone) return
      figures.value = measured
      await keep()
    } catch (caught) {
      problem.value = ApiError.of(caught)
    } finally {
      busy.value = false
    }
  }

  /** Keeps what was found, if it was not kept already. */
  async function keep() {
    if (!figures.value) return
    const body = { ...found(), ...figures.value }
    const now = JSON.stringify(body)
    if (now === told) return
    told = now
    const { items } = await take(api.POST('/api/v1/bookings/{id}/line-checks', { ...path, body }))
    kept.value = items.find(({ mine }) => mine) ?? null
  }

  onScopeDispose(() => (gone = true))
  return { busy, share, figures, kept, problem, run, keep }
}

export type LineTrial = ReturnType<typeof useLineTrial>
