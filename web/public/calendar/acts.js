// Sends what is done on the calendar, shows the result in a toast with Undo, and refreshes the posts.
const toastMs = 8_000
const place = document.getElementById('toast')
const grid = () => document.getElementById('calendar')
/** Whether the person hasn't turned single keys off. */
const hasKeys = () => 'keys' in place.dataset

/** The response, or null if the server could not be reached. */
const send = async (address, body) => {
  try {
    return await fetch(address, {
      method: 'POST',
      body,
      headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
    })
  } catch {
    return null
  }
}

let timer
const close = () => place.replaceChildren()
/** The toast closes after eight seconds, but not while someone points at it or is in it. */
const closeLater = () => {
  clearTimeout(timer)
  timer = setTimeout(() => {
    if (place.matches(':hover, :focus-within')) return closeLater()
    close()
  }, toastMs)
}

const say = (words) => {
  const toast = document.createElement('div')
  toast.className = 'toast'
  toast.append(Object.assign(document.createElement('p'), { textContent: words }))
  place.replaceChildren(toast)
  closeLater()
}

const dressToast = () => {
  const undo = place.querySelector('[data-undo]')
  if (undo && hasKeys() && !undo.querySelector('kbd')) {
    undo.append(Object.assign(document.createElement('kbd'), { textContent: 'Z' }))
    undo.setAttribute('aria-keyshortcuts', 'z')
  }
  if (place.firstElementChild) closeLater()
}
dressToast()

const refresh = () => grid()?.dispatchEvent(new CustomEvent('fetch-again'))

/** `refused`: called if nothing was changed. `form`: the page that asks what is missing. */
const act = async ({ address, fields, refused, form }) => {
  const answer = await send(address, fields)
  const to = answer?.headers.get('HX-Location')
  if (to) {
    if (new URL(to, location).pathname !== location.pathname) return location.assign(to)
    const done = await fetch(`${to}&part=done`).catch(() => null)
    if (!done?.ok) return location.assign(to)
    place.innerHTML = await done.text()
    dressToast()
    return refresh()
  }
  const page = answer?.status === 422 ? await readPage(answer) : null
  // A time that happens twice needs an answer, so the form asks.
  if (page && (!page.reason || page.asks)) return location.assign(form ?? address)
  refused?.()
  if (page) return say(`Not moved. ${page.reason}`)
  if (answer?.status === 409) {
    say('Someone changed this post, so it wasn’t moved. The calendar now shows the latest version.')
    return refresh()
  }
  say(answer ? 'The post couldn’t be moved. Try again.' : 'No connection. The post wasn’t moved.')
}

const readPage = async (answer) => {
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  return {
    reason: page.querySelector('[id$="-error"]')?.textContent.trim(),
    asks: page.querySelector('.folds') !== null,
  }
}

document.addEventListener('calendar-act', async (event) => {
  await act(event.detail)
})

document.addEventListener('submit', async (event) => {
  if (event.defaultPrevented || !event.target.matches('#toast form')) return
  event.preventDefault()
  await act({
    address: event.target.action,
    fields: new URLSearchParams(new FormData(event.target)),
  })
})
document.addEventListener('click', (event) => {
  if (!event.target.closest?.('.toast-close')) return
  event.preventDefault()
  close()
})
document.addEventListener('keydown', (event) => {
  if (event.key !== 'z' || !hasKeys() || event.metaKey || event.ctrlKey || event.altKey) return
  if (event.target.matches?.('input, textarea, select, [contenteditable]')) return
  place.querySelector('[data-undo]')?.click()
})
