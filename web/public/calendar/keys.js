// Keys of the calendar: arrows go from day to day, Enter opens, M moves the focused post, and /
// searches unless the person has turned single keys off.
const focusIn = (day) => day?.querySelector('.chip-link, .add-here, .more-here')?.focus()

const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }

const arrow = (event) => {
  const day = event.target.closest?.('.day')
  if (!day || !(event.key in steps)) return
  event.preventDefault()
  const step = steps[event.key]
  if (Math.abs(step) === 7) {
    const inDay = [...day.querySelectorAll('.chip-link, .more-here')]
    const next = inDay[inDay.indexOf(event.target) + step / 7]
    if (next && inDay.includes(event.target)) return next.focus()
  }
  const days = [...document.querySelectorAll('.calendar .day')]
  for (let at = days.indexOf(day) + step; at >= 0 && at < days.length; at += step)
    if (days[at].querySelector('.chip-link, .add-here, .more-here')) return focusIn(days[at])
}

document.addEventListener('keydown', (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey) return
  if (event.target.matches?.('input, textarea, select, [contenteditable]')) return
  if (document.querySelector('dialog[open]')) return
  if (event.key === '/' && document.querySelector('#toast[data-keys]')) {
    event.preventDefault()
    return document.querySelector('[data-search]')?.focus()
  }
  if (event.key === 'm')
    return event.target.closest?.('.chip')?.querySelector('.chip-move')?.click()
  arrow(event)
})
