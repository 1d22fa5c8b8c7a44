// One picture forward or back in a recording whose pictures come when they come. Where the browser tells which picture
// it shows, the step is to the very next one that it can show; elsewhere it is as long as a picture mostly stands.
//
// A browser that is sent to a time does not always show the picture of that time: Chromium takes the first one that
// would still stand if all stood as long as the average, so after short ones it is up to some pictures behind. What it
// shows grows with the time all the same. So a picture is found where its showing begins, and the position is there:
// whoever is sent to it sees that picture again.

/** As long as a picture of most cameras stands. */
export const FRAME_S = 1 / 25
/** How far ahead is looked, by doubling; what stands longer is no step away. */
const FURTHEST_LOOK_S = 0.64
/** Times are told in fractions that do not meet again exactly. */
const ROUNDED_S = 0.000_5
/** What begins within so much of a time begins there: recordings count in milliseconds, and may round them. */
const NEAR_S = 0.001_6
/** What is not found by then is not waited for: a browser shows nothing of a page that nobody sees. */
const PATIENCE_MS = 3_000

/** Shows what stands at a time of the recording, and tells when that picture begins; null where nobody says so. */
export type FrameView = (seconds: number) => Promise<number | null>

/** A time, and when the picture begins that is shown there. */
interface Look { at: number; picture: number }

class Untold extends Error {}

/**
 * The time in seconds of the next picture, or the one before, of what stands at `at`; it is shown then. `standing`: when
 * the picture begins that is shown now, where that is known. After playing it may not be the one that a seek shows.
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
    if (found !== last) await look(found)
    return found
  } catch (caught) {
    if (!(caught instanceof Untold)) throw caught
    return Math.max(0, at + by * FRAME_S)
  }
}

type Looking = (seconds: number) => Promise<Look>
const begins = (picture: number, from: number) => picture > from - ROUNDED_S
const isAfter = (picture: number, other: number) => picture > other + ROUNDED_S

async function nextOf(look: Looking, at: number, shown: number): Promise<number> {
  const later = await ahead(look, at, (picture) => isAfter(picture, shown))
  return later ? (await edge(look, at, later, (picture) => isAfter(picture, shown))).from.at : at + FURTHEST_LOOK_S
}

async function beforeOf(look: Looking, at: number, shown: number): Promise<number> {
  const isShown = (picture: number) => begins(picture, shown)
  const earlier = await look(shown - 2 * ROUNDED_S)
  // the first one is shown before it begins too
  if (isShown(earlier.picture)) return earlier.at
  const here = await look(at)
  const later = isShown(here.picture) ? here : await ahead(look, at, isShown)
  // nothing shows it but playing: what a seek shows in its place is the one before
  if (!later) return earlier.at
  const { before } = await edge(look, earlier.at, later, isShown, earlier.picture)
  const from = before.picture - 2 * ROUNDED_S
  return (await edge(look, from, before, (picture) => begins(picture, before.picture))).from.at
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
 * Between a time whose picture is not such a one and a look that is: where the first such one begins to be shown, and
 * what is shown right before. Looks where that would be if times were shown as they are; halves what is left.
 */
async function edge(
  look: Looking, low: number, high: Look, such: (picture: number) => boolean, lowPicture = Number.NaN,
): Promise<{ before: Look; from: Look }> {
  let [before, from]: [Look, Look] = [{ at: low, picture: lowPicture }, high]
  while (from.at - before.at > NEAR_S) {
    const inside = (seconds: number) => before.at < seconds && seconds < from.at
    const likely = [from.picture + ROUNDED_S, from.picture - ROUNDED_S].find(inside)
    const there = await look(likely ?? (before.at + from.at) / 2)
    if (such(there.picture)) from = there
    else before = there
  }
  return { before, from }
}

/** The view of a video element. Its picture comes some moments after the place is found, so that is waited for. */
export function viewOf(video: HTMLVideoElement): FrameView {
  return async (seconds) => {
    const asked = performance.now()
    const sought = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
    const shown = 'requestVideoFrameCallback' in video ? pictureSince(video, asked) : null
    video.currentTime = seconds
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS))
    return Promise.race([sought.then(() => shown), late])
  }
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

/** Tells from now on when the picture begins that the element shows; null where nobody says so. */
export function watchFrames(video: HTMLVideoElement): () => number | null {
  let shown: number | null = null
  const wait = () => video.requestVideoFrameCallback((_now, { mediaTime }) => {
    shown = mediaTime
    wait()
  })
  if ('requestVideoFrameCallback' in video) wait()
  return () => shown
}
