// One picture forward or back in a recording whose pictures come when they come. Where the browser tells which picture
// it shows, the step is to the very next one; elsewhere it is as long as a picture mostly stands.

/** As long as a picture of most cameras stands. */
export const FRAME_S = 1 / 25
/** Pictures come no faster than 60 a second: a look so far ahead misses none. */
const LOOK_S = 1 / 61
/** So many looks ahead; a picture that stands longer is no step away. */
const LOOKS = 32
/** Times are told in fractions that do not meet again exactly. */
const ROUNDED_S = 0.000_5
/** What is not found by then is not waited for: a browser shows nothing of a page that nobody sees. */
const PATIENCE_MS = 3_000

/** Shows what stands at a time of the recording, and tells when that picture begins; null where nobody says so. */
export type FrameView = (seconds: number) => Promise<number | null>

/** The time in seconds of the next picture, or the one before, of what stands at `at`. */
export async function stepFrame(view: FrameView, at: number, by: 1 | -1): Promise<number> {
  const shown = await view(at)
  if (shown === null) return Math.max(0, at + by * FRAME_S)
  if (by < 0) {
    const before = await view(Math.max(0, shown - 2 * ROUNDED_S))
    return (before ?? Math.max(0, shown - FRAME_S)) + ROUNDED_S
  }
  for (let look = 1; look <= LOOKS; look++) {
    const next = await view(shown + look * LOOK_S)
    if (next === null) return shown + FRAME_S
    if (next > shown + ROUNDED_S) return next + ROUNDED_S
  }
  return shown + LOOKS * LOOK_S
}

/** The view of a video element. Its picture comes some moments after the place is found, so that is waited for. */
export function viewOf(video: HTMLVideoElement): FrameView {
  return async (seconds) => {
    const sought = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
    const shown = 'requestVideoFrameCallback' in video
      ? new Promise<number>((resolve) => video.requestVideoFrameCallback((_now, { mediaTime }) => resolve(mediaTime)))
      : null
    video.currentTime = seconds
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS))
    return Promise.race([sought.then(() => shown), late])
  }
}
