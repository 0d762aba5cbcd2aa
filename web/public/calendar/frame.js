// What the calendar's page remembers and says in this browser.
const root = document.documentElement
root.classList.add('scripted')

// The lists beside the calendar can be hidden. Remembered in this browser.
const stored = (name) => {
  try {
    return localStorage.getItem(`calendar-${name}`)
  } catch {
    return null // storage is blocked, so nothing is remembered
  }
}
const remember = (name, value) => {
  try {
    localStorage.setItem(`calendar-${name}`, value)
  } catch {
    // Storage is blocked: it is hidden until the next page.
  }
}
for (const name of ['rail', 'legend'])
  if (stored(name) === 'hidden') root.toggleAttribute(`data-no-${name}`, true)

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-hide]')
  if (!button) return
  const { hide } = button.dataset
  const isHidden = root.toggleAttribute(`data-no-${hide}`)
  remember(hide, isHidden ? 'hidden' : 'shown')
  for (const one of document.querySelectorAll(`[data-hide="${hide}"]`))
    one.setAttribute('aria-expanded', String(!isHidden))
  // The button that was used is gone, so the one that undoes it gets the focus.
  document.querySelector(isHidden ? `.show-${hide}` : `.${hide} [data-hide="${hide}"]`)?.focus()
})

// Says the time where the person is, if it isn't the workspace's.
const here = Intl.DateTimeFormat().resolvedOptions().timeZone
const city = (zone) => zone.split('/').at(-1).replaceAll('_', ' ')
const timeIn = (zone, at) =>
  new Intl.DateTimeFormat(undefined, {
    timeZone: zone,
    weekday: 'short',
    hour: 'numeric',
    minute: '2-digit',
    hourCycle: document.getElementById('calendar')?.dataset.hours === '24' ? 'h23' : 'h12',
  }).format(at)
const sayZones = (part) => {
  for (const line of part.querySelectorAll('[data-zone-words]'))
    if (timeIn(line.dataset.zoneWords, new Date()) !== timeIn(here, new Date()))
      line.textContent += `, now ${timeIn(line.dataset.zoneWords, new Date())}`
  for (const time of part.querySelectorAll('time[data-here]')) {
    const at = new Date(time.dateTime)
    if (timeIn(time.dataset.here, at) !== timeIn(here, at))
      time.after(
        Object.assign(document.createElement('span'), {
          className: 'muted',
          textContent: `${timeIn(here, at)} in ${city(here)}`,
        }),
      )
  }
}
sayZones(document)
document.addEventListener('calendar-shown', (event) => sayZones(event.detail))

// The line for now moves on, while someone can see it.
setInterval(() => {
  if (document.visibilityState === 'visible' && document.querySelector('.now-line'))
    document.getElementById('calendar').dispatchEvent(new CustomEvent('fetch-again'))
}, 60_000)
