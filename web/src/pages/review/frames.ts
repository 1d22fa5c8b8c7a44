// One picture forward or back in a recording whose pictures come when they come. Where the browser tells which picture
// it shows, the step is to the very next one that it can show; elsewhere it is as long as a picture mostly stands.
//
// A browser that is sent to a time does not always show the picture of that time: Chromium takes the first one that
// would still stand if all stood as long as the average, so after short ones it is up to some pictures behind. What it
// shows grows with the time all the same. So a picture is looked for by what is shown, and the position is where that
// picture begins, not where it was found: the average depends on what was decoded before.

/** As long as a picture of most cameras stands. */
export const FRAME_S = 1 / 25
/** How far ahead is looked, by doubling; what stands longer is no step away. */
const FURTHEST_LOOK_S = 0.64
/** Times are told in fractions that do not meet again exactly. */
const ROUNDED_S = 0.000_5
/** What begins within so much of a time begins there: recordings count in milliseconds, and may round them. */
const NEAR_S = 0.001_6
/** Where a picture is looked for that is not where it was found. */
const BESIDE_S = [0, 0.002, -0.002, 0.005, -0.005, 0.01, -0.01]
/** So long before the end of a file the last picture stands. */
const LAST_S = 0.005
/** Elements know their place by the microsecond. */
const SAME_S = 0.000_001_5
/** What is not found by then is not waited for: a browser shows nothing of a page that nobody sees. */
const PATIENCE_MS = 3_000

/** Shows what stands at a time of the recording, and tells when that picture begins; null where nobody says so. */
export type FrameView = (seconds: number) => Promise<number | null>

/** A time, and when the picture begins that is shown there. */
interface Look { at: number; picture: number }

class Untold extends Error {}

/**
 * The time in seconds of the next picture, or the one before, of what stands at `at`; it is shown then. `standing`: when
 * the picture begins that is shown now, where that is known. A seek may show another one at the same time.
 */
export async function stepFrame(view: FrameView, at: number, by: 1 | -1, standing: number | null = null): Promise<number> {
  let last = Number.NaN
  const look = async (seconds: number): Promise<Look> => {
    last = Math.max(0, seconds)
    const picture = await view(last)
    if (picture === null) throw new Untold()
    return { at: last, picture }
  }
  try {
    // one that is told from far away is no longer there
    const shown = standing !== null && Math.abs(at - standing) < FURTHEST_LOOK_S ? standing : (await look(at)).picture
    const found = by > 0 ? await nextOf(look, at, shown) : await beforeOf(look, at, shown)
    if (!found) return at + FURTHEST_LOOK_S
    let here = found
    if (last !== found.at) {
      for (const beside of BESIDE_S) {
        here = await look(found.at + beside)
        if (isSame(here.picture, found.picture)) break
      }
    }
    return here.picture + ROUNDED_S
  } catch (caught) {
    if (!(caught instanceof Untold)) throw caught
    const there = Math.max(0, at + by * FRAME_S)
    await view(there)
    return there
  }
}

type Looking = (seconds: number) => Promise<Look>
const isSame = (one: number, other: number) => Math.abs(one - other) < ROUNDED_S

async function nextOf(look: Looking, at: number, shown: number): Promise<Look | null> {
  const isLater = (picture: number) => picture > shown + ROUNDED_S
  const later = await ahead(look, at, isLater)
  return later && (await edge(look, { at, picture: shown }, later, isLater))[1]
}

async function beforeOf(look: Looking, at: number, shown: number): Promise<Look> {
  const isShown = (picture: number) => picture > shown - ROUNDED_S
  const earlier = await look(shown - 2 * ROUNDED_S)
  // the first one is shown before it begins too
  if (isShown(earlier.picture)) return earlier
  const here = await look(at)
  const later = isShown(here.picture) ? here : await ahead(look, at, isShown)
  // nothing shows it but playing: what a seek shows in its place is the one before
  return later ? (await edge(look, earlier, later, isShown))[0] : earlier
}

/** The first look ahead at which the picture is such a one. */
async function ahead(look: Looking, at: number, such: (picture: number) => boolean): Promise<Look | null> {
  for (let far = FRAME_S; far <= FURTHEST_LOOK_S; far *= 2) {
    const there = await look(at + far)
    if (such(there.picture)) return there
  }
  return null
}

/**
 * Between a look at which the picture is not such a one and one at which it is: the last one of the former and the first
 * one of the latter. Looks where that would be if times were shown as they are; halves what is left.
 */
async function edge(look: Looking, low: Look, high: Look, such: (picture: number) => boolean): Promise<[Look, Look]> {
  let [before, from] = [low, high]
  while (from.at - before.at > NEAR_S) {
    const inside = (seconds: number) => before.at < seconds && seconds < from.at
    const likely = [from.picture + ROUNDED_S, from.picture - ROUNDED_S].find(inside)
    const there = await look(likely ?? (before.at + from.at) / 2)
    if (such(there.picture)) from = there
    else before = there
  }
  return [before, from]
}

/** What a video element shows. */
export interface Film {
  view: FrameView
  /** When the picture begins that it shows now; null where nobody says so. */
  shown: () => number | null
}

export function filmOf(video: HTMLVideoElement): Film {
  let shown: number | null = null
  const tells = 'requestVideoFrameCallback' in video
  const watch = () => video.requestVideoFrameCallback((_now, { mediaTime }) => {
    shown = mediaTime
    watch()
  })
  if (tells) watch()
  const view: FrameView = async (seconds) => {
    // past its end nothing is shown
    const there = Number.isFinite(video.duration) ? Math.min(seconds, video.duration - LAST_S) : seconds
    // sent to where it is, it shows nothing anew and tells nothing
    if (!video.seeking && Math.abs(video.currentTime - there) < SAME_S) return shown
    const asked = performance.now()
    const sought = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
    // the picture comes some moments before or after the place is found
    const picture = tells ? pictureSince(video, asked) : null
    video.currentTime = there
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS))
    return Promise.race([sought.then(() => picture), late])
  }
  return { view, shown: () => shown }
}

/** The next picture that is put on the page. Of one that was put there before, it may be told only now. */
function pictureSince(video: HTMLVideoElement, asked: number): Promise<number> {
  return new Promise((resolve) => {
    const wait = () => video.requestVideoFrameCallback((_now, { mediaTime, presentationTime }) => {
      if (presentationTime < asked) wait()
      else resolve(mediaTime)
    })
    wait()
  })
}
