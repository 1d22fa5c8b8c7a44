// Sound that the page itself listens to or makes: the level of the microphone, the test tone, the ring.

/** How loud a microphone is, 0–1, a few times a second, until the returned function is called. */
export function listen(track: MediaStreamTrack, onLevel: (level: number) => void): () => void {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 1024
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  // a page that has not been touched yet may not start it; the next touch does
  const wake = () => void context.resume().catch(() => {})
  wake()
  addEventListener('pointerdown', wake)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    onLevel(loudness(samples))
  }, 120)
  return () => {
    clearInterval(timer)
    removeEventListener('pointerdown', wake)
    void context.close().catch(() => {})
  }
}

/** Decibels as a share: −60 dB and below is nothing, −10 dB is full. */
export function loudness(samples: ArrayLike<number>): number {
  let squares = 0
  for (let at = 0; at < samples.length; at++) squares += (samples[at] ?? 0) ** 2
  const decibels = 10 * Math.log10(squares / Math.max(1, samples.length) + 1e-12)
  return Math.min(1, Math.max(0, (decibels + 60) / 50))
}

/** Two soft tones through the chosen speaker. Resolves when they have ended. */
export const chime = (speakerId = ''): Promise<void> => play([660, 880], 0.2, speakerId)

/** One who works at something else looks up: lower and softer than what rings in a call. */
export const ring = (): Promise<void> => play([523, 392], 0.1)

/** Browsers keep a page silent that nobody has touched yet; then nothing is heard, and nothing breaks. */
async function play(tones: number[], volume: number, speakerId = ''): Promise<void> {
  const context = new AudioContext() as AudioContext & { setSinkId?: (id: string) => Promise<void> }
  try {
    if (speakerId && context.setSinkId) await context.setSinkId(speakerId)
    await Promise.race([context.resume(), pause(300)])
    if (context.state !== 'running') return
    const start = context.currentTime + 0.05
    tones.forEach((frequency, at) => tone(context, frequency, start + at * 0.35, volume))
    await pause(1_000)
  } finally {
    void context.close().catch(() => {})
  }
}

function tone(context: AudioContext, frequency: number, at: number, loud: number) {
  const oscillator = context.createOscillator()
  const volume = context.createGain()
  oscillator.frequency.value = frequency
  volume.gain.setValueAtTime(0, at)
  volume.gain.linearRampToValueAtTime(loud, at + 0.03)
  volume.gain.linearRampToValueAtTime(0, at + 0.32)
  oscillator.connect(volume).connect(context.destination)
  oscillator.start(at)
  oscillator.stop(at + 0.35)
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
