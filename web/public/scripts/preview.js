// Previews of posts: swiping by buttons, dots, and videos that play when they are tapped. Without
// this script, files are swiped by finger and keys, and videos have the browser's controls.

const slidesOf = (element) => element.closest('.pv-slides')

/** Marks the file that is shown, on the dots and for the buttons. */
const mark = (track) => {
  const slides = slidesOf(track)
  const count = track.children.length
  const at = Math.round(Math.abs(track.scrollLeft) / track.clientWidth)
  if (count < 2 || Number.isNaN(at)) return
  const focused = document.activeElement
  slides.dataset.at = at === 0 ? 'first' : at === count - 1 ? 'last' : 'between'
  // A button that is gone would take the focus with it.
  if (focused?.matches('.pv-turn') && slides.contains(focused) && !focused.checkVisibility())
    track.focus({ preventScroll: true })
  const dots = slides.closest('.pv').querySelectorAll('.pv-dots > span')
  dots.forEach((dot, index) => {
    dot.classList.toggle('on', index === at)
  })
}

document.addEventListener(
  'scroll',
  ({ target }) => {
    if (target.classList?.contains('pv-track')) mark(target)
  },
  { capture: true, passive: true },
)

const isCalm = matchMedia('(prefers-reduced-motion: reduce)')
document.addEventListener('click', ({ target }) => {
  const button = target.closest?.('[data-turn]')
  if (!button) return
  const track = slidesOf(button).querySelector('.pv-track')
  track.scrollBy({
    left: Number(button.dataset.turn) * track.clientWidth,
    behavior: isCalm.matches ? 'instant' : 'smooth',
  })
})

// The browser's controls would be under the text of a full-screen video, or cropped with its picture.
const videos = '.pv-slide video'

/** Previews that were rendered again begin without what the script has added. */
const prepare = () => {
  for (const video of document.querySelectorAll(videos)) video.controls = false
  for (const track of document.querySelectorAll('.pv-track')) mark(track)
}
prepare()
document.addEventListener('htmx:after:swap', prepare)
// Tracks that were hidden have no width until their tab is chosen.
document.addEventListener('change', ({ target }) => {
  if (target.name === 'preview') prepare()
})

const play = async (video) => {
  if (!video.paused) return video.pause()
  const { start } = video.dataset
  if (start !== undefined && !video.played.length) video.currentTime = Number(start)
  try {
    await video.play()
  } catch {
    video.controls = true // the browser says there why it can't be played
  }
}
document.addEventListener('click', async ({ target }) => {
  const button = target.closest?.('[data-play]')
  const video = button
    ? document.getElementById(button.dataset.play)
    : target.closest?.('.pv-file')?.parentElement?.querySelector('video:not([controls])')
  if (video) await play(video)
})
for (const name of ['play', 'pause'])
  document.addEventListener(
    name,
    ({ target }) => {
      const slide = target.closest?.('.pv-slide')
      slide?.classList.toggle('is-playing', name === 'play')
      slide
        ?.querySelector('.pv-play')
        ?.setAttribute('aria-label', name === 'play' ? 'Pause video' : 'Play video')
    },
    { capture: true },
  )

// The theme and the safe area are only looked at. They change nothing in the post.
document.addEventListener(
  'change',
  (event) => {
    if (event.target.closest?.('.preview-theme, .pv-switch')) event.stopPropagation()
  },
  { capture: true },
)
