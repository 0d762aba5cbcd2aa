// The media library: a range with Shift, the number of selected files, the panel's focus, and alt
// text that saves itself. All of it also works by forms and links.

const picks = () => [...document.querySelectorAll('.media-library .pick > input')]
let lastPicked = null

const count = () => {
  const words = document.querySelector('[data-bulk-count]')
  const selected = picks().filter((one) => one.checked).length
  if (words) words.textContent = selected ? `${selected} selected` : ''
}
document.addEventListener('click', ({ target, shiftKey }) => {
  if (!target.matches?.('.pick > input')) return
  const all = picks()
  const [from, to] = [all.indexOf(lastPicked), all.indexOf(target)].sort((a, b) => a - b)
  if (shiftKey && from >= 0) for (const one of all.slice(from, to + 1)) one.checked = target.checked
  lastPicked = target
  count()
})
document.addEventListener('reset', ({ target }) => {
  if (target.id !== 'selection') return
  lastPicked = null
  setTimeout(count)
})
document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return
  if (event.key === 'Escape' && picks().some((one) => one.checked))
    return document.getElementById('selection').reset()
  if (event.target.matches?.('input:not([type=checkbox]), textarea')) return
  if (event.key === '/' && document.querySelector('.media-library[data-keys]')) {
    event.preventDefault()
    document.getElementById('search').focus()
  }
})

// The panel: focus goes to its heading, and back to the file when it closes.
let opened = null
document.addEventListener('click', (event) => {
  const tile = event.target.closest?.('.tile > a')
  if (tile) opened = tile
  const close = event.target.closest?.('.panel-close')
  const panel = close?.closest('#panel')
  if (!panel || !opened?.isConnected || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  flush()
  panel.replaceChildren()
  history.replaceState(history.state, '', close.href)
  opened.removeAttribute('aria-current')
  opened.focus()
})
document.addEventListener('htmx:after:swap', () => {
  count()
  const title = document.querySelector('#panel > header #panel-title')
  if (!title || title.dataset.seen || !opened) return
  title.dataset.seen = 'yes'
  for (const one of document.querySelectorAll('.tile > a[aria-current]'))
    one.removeAttribute('aria-current')
  opened.setAttribute('aria-current', 'true')
  for (const back of document.querySelectorAll('#panel [name="back"]'))
    back.value = location.pathname + location.search
  title.focus({ preventScroll: !matchMedia('(max-width: 700px)').matches })
  if (matchMedia('(max-width: 700px)').matches) scrollTo(0, 0)
})

// Alt text saves itself after a pause. What isn't saved yet is sent when the page goes away.
const pauseMs = 1_200
const againMs = 5_000
let waiting = null

const say = (form, words, isBad = false) => {
  const state = form.querySelector('.alt-state')
  state.textContent = words
  state.classList.toggle('bad', isBad)
}
const save = async (form) => {
  const field = form.elements.alt_text
  const text = field.value
  if (text.trim() === form.elements.was.value) return say(form, 'Saved')
  if (form.dataset.saving) return later(form) // the one before isn't answered yet
  form.dataset.saving = 'yes'
  say(form, 'Saving…')
  const answer = await fetch(form.action, {
    method: 'POST',
    body: new URLSearchParams(new FormData(form)),
    headers: { 'HX-Request-Type': 'partial' },
    keepalive: true,
  }).catch(() => null)
  delete form.dataset.saving
  if (answer?.status === 204) {
    form.elements.was.value = text.trim()
    if (field.value !== text) return later(form)
    say(form, 'Saved')
    const tile = document.getElementById(`media-${form.action.split('/').at(-2)}`)
    if (text.trim()) tile?.querySelector('.tile-no-alt')?.remove()
  } else if (answer?.status === 409) {
    form.elements.was.value = await answer.text()
    say(form, `Someone else wrote: “${form.elements.was.value}”. Keep typing to replace it.`, true)
  } else if (answer?.status === 401) {
    say(form, 'Not saved: you’re signed out. Sign in in another tab, then type on.', true)
  } else if (answer && answer.status < 500) say(form, await answer.text(), true)
  else {
    say(form, 'Not saved yet. Trying again…', true)
    later(form, againMs)
  }
}
const later = (form, ms = pauseMs) => {
  clearTimeout(waiting?.timer)
  const timer = setTimeout(() => {
    waiting = null
    void save(form)
  }, ms)
  waiting = { form, timer }
}
const flush = () => {
  if (!waiting) return
  clearTimeout(waiting.timer)
  const { form } = waiting
  waiting = null
  void save(form)
}
document.addEventListener('input', ({ target }) => {
  const form = target.closest?.('[data-alt-text]')
  if (!form) return
  form.querySelector('[data-count]').textContent = String(target.value.length).replace(
    /\B(?=\d{3}$)/,
    ',',
  )
  say(form, '')
  if (waiting && waiting.form !== form) flush()
  later(form)
})
document.addEventListener('change', ({ target }) => {
  if (target.closest?.('[data-alt-text]')) flush()
})
document.addEventListener('submit', (event) => {
  if (!event.target.matches('[data-alt-text]')) return
  event.preventDefault()
  later(event.target, 0)
})
addEventListener('pagehide', flush)
count()
