// Start, end and cover frame of a video, as sliders with times. A key moves by one frame, with Shift
// by one second.

const shortestMs = 1_000
const framesInStrip = 8
const between = (least, value, most) => Math.max(least, Math.min(most, value))

/** `0:04.5`, `1:02:03` */
const timeText = (ms) => {
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60]
  const [seconds, part] = String(Math.round(ms % 60_000) / 1_000).split('.')
  const end = `${seconds.padStart(2, '0')}${part ? `.${part}` : ''}`
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${end}` : `${minutes}:${end}`
}
/** Milliseconds, or NaN. */
const readTime = (typed) => {
  const parts = typed.trim().replace(',', '.').split(':')
  if (parts.length > 3 || !parts.every((part) => /^\d{1,6}(\.\d{1,3})?$/.test(part)))
    return Number.NaN
  return Math.round(parts.reduce((seconds, part) => seconds * 60 + Number(part), 0) * 1_000)
}

/** Null for a picture. */
export const startTimes = (root) => {
  const durationMs = Number(root.dataset.duration)
  if (root.dataset.kind !== 'video' || !durationMs) return null
  const frameMs = 1_000 / (Number(root.dataset.fps) || 30)
  const video = root.querySelector('[data-source]')
  const slider = (name) => root.querySelector(`[data-time="${name}"]`)
  const field = (name) => root.querySelector(`[name="edit.${name}"]`)
  const names = ['start', 'end', 'cover'].filter((name) => slider(name))
  const given = JSON.parse(root.dataset.edits || '{}').trim ?? { startMs: 0, endMs: durationMs }
  const cover = field('cover')?.value ? readTime(field('cover').value) : null
  const at = { start: given.startMs, end: given.endMs, cover }
  let isCoverChosen = false

  const limits = {
    start: () => [0, at.end - shortestMs],
    end: () => [at.start + shortestMs, durationMs],
    cover: () => [at.start, at.end],
  }
  const draw = () => {
    for (const name of names) {
      const ms = at[name]
      slider(name).value = ms ?? at.start
      slider(name).setAttribute('aria-valuetext', ms === null ? 'Not chosen' : timeText(ms))
      if (document.activeElement !== field(name))
        field(name).value = ms === null ? '' : timeText(ms)
      field(name).setCustomValidity('')
    }
    const strip = root.querySelector('[data-strip]')
    strip.style.setProperty('--start', `${(at.start / durationMs) * 100}%`)
    strip.style.setProperty('--end', `${(at.end / durationMs) * 100}%`)
  }
  const set = (name, ms) => {
    const [least, most] = limits[name]()
    at[name] = Math.round(between(least, ms, Math.max(least, most)))
    if (name === 'cover') isCoverChosen = true
    if (at.cover !== null) at.cover = between(at.start, at.cover, at.end)
    video.pause()
    video.currentTime = at[name] / 1_000
    draw()
  }
  const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }
  for (const name of names) {
    slider(name).addEventListener('input', () => set(name, Number(slider(name).value)))
    slider(name).addEventListener('keydown', (event) => {
      const { key, shiftKey } = event
      const now = at[name] ?? at.start
      if (steps[key]) set(name, now + steps[key] * (shiftKey ? 1_000 : frameMs))
      else if (key === 'PageUp' || key === 'PageDown')
        set(name, now + (key === 'PageUp' ? 1_000 : -1_000))
      else if (key === ' ') video.paused ? video.play() : video.pause()
      else return
      event.preventDefault()
    })
    field(name).addEventListener('change', () => {
      const typed = field(name).value
      if (name === 'cover' && typed.trim() === '') {
        at.cover = null
        isCoverChosen = true
      }
      const ms =
        typed.trim() === '' ? { start: 0, end: durationMs, cover: null }[name] : readTime(typed)
      if (Number.isNaN(ms)) return field(name).setCustomValidity('Enter a time such as 0:04.5.')
      if (ms === null) return draw()
      set(name, ms)
      field(name).value = timeText(at[name])
    })
  }

  const showBlind = () => {
    root.querySelector('[data-blind]').hidden = false
    root.querySelector('[data-strip]').hidden = true
  }
  video.addEventListener('error', showBlind)
  video.addEventListener('loadedmetadata', () => {
    if (!video.videoWidth) return showBlind()
    video.currentTime = (at.cover ?? at.start) / 1_000
  })
  drawStrip(root.querySelector('[data-strip]'), video.src, durationMs)
  draw()

  return {
    edits: () =>
      at.start === 0 && at.end >= durationMs ? {} : { trim: { startMs: at.start, endMs: at.end } },
    /**
     * The cover of an account that had `typed`. Platforms count from the start of what is published,
     * so a cover that nobody changed moves with the start, or to the nearest frame that is left.
     */
    coverSecond: (typed) => {
      if (isCoverChosen) return at.cover === null ? '' : String((at.cover - at.start) / 1_000)
      const ms = /^\d+([.,]\d+)?$/.test(typed) ? readTime(typed) : Number.NaN
      if (Number.isNaN(ms)) return typed
      return String((between(at.start, ms + given.startMs, at.end) - at.start) / 1_000)
    },
    isValid: () => names.every((name) => field(name).reportValidity()),
    reset: () => {
      Object.assign(at, { start: 0, end: durationMs, cover: null })
      isCoverChosen = true
      draw()
    },
  }
}

/** Frames from the whole video, one after the other, so that only one is decoded at a time. */
const drawStrip = (strip, src, durationMs) => {
  const video = Object.assign(document.createElement('video'), {
    src,
    muted: true,
    preload: 'auto',
  })
  let drawn = 0
  const seek = () => {
    video.currentTime = ((drawn + 0.5) / framesInStrip) * (durationMs / 1_000)
  }
  video.addEventListener('loadedmetadata', seek, { once: true })
  video.addEventListener('seeked', () => {
    if (!strip.isConnected || !video.videoWidth) return
    const canvas = document.createElement('canvas')
    canvas.height = 96
    canvas.width = Math.max(1, Math.round((96 * video.videoWidth) / video.videoHeight))
    canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height)
    strip.append(canvas)
    drawn += 1
    if (drawn < framesInStrip) seek()
    else video.removeAttribute('src')
  })
}
