// The picker of a post's time: the month, and what is set back by Cancel and Esc. Without this
// script, the same list with a date and a time field is part of the form.

const byId = (id) => document.getElementById(id)
const panel = () => byId('when-panel')
const chosen = () => panel()?.querySelector('[name="when"]:checked')
const fields = () => [byId('date'), byId('time'), ...panel().querySelectorAll('[name^="repeat"]')]
const isOpen = () => panel()?.matches(':popover-open') ?? false
const changed = () => byId('composer')?.dispatchEvent(new Event('change', { bubbles: true }))

let before = null
const keep = () => {
  before = {
    when: chosen()?.value ?? '',
    values: fields().map(({ value, checked }) => ({ value, checked })),
  }
}
const setBack = () => {
  if (!before) return
  for (const radio of panel().querySelectorAll('[name="when"]'))
    radio.checked = radio.value === before.when
  fields().forEach((field, index) => {
    Object.assign(field, before.values[index])
  })
  before = null
  changed()
}
const close = () => {
  panel().hidePopover()
  byId('when-open').focus()
}

// A popover's toggle event doesn't bubble.
document.addEventListener(
  'toggle',
  (event) => {
    if (event.target.id !== 'when-panel') return
    byId('when-open').setAttribute('aria-expanded', String(event.newState === 'open'))
    if (event.newState !== 'open') return
    keep()
    const first = chosen() ?? panel().querySelector('[name="when"]:not(:disabled)')
    first?.focus()
    if (chosen()?.value === 'pick') void showMonth(byId('date').value)
  },
  true,
)

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('#when-panel button')
  if (!button) return
  if (button.matches('.when-set')) {
    event.preventDefault()
    close()
  } else if (button.matches('.when-cancel')) {
    event.preventDefault()
    setBack()
    close()
  } else if (button.matches('.when-use')) {
    event.preventDefault()
    const [date, time] = button.value.slice('use:'.length).split('T')
    byId('time').focus()
    pick(date, time)
  } else if (button.dataset.monthTo) void showMonth(`${button.dataset.monthTo}-01`, 'head')
  else if (button.dataset.date) chooseDay(button)
  else if (button.dataset.clock) {
    // The month is drawn anew, so the focus goes to the field with the time.
    byId('time').focus()
    pick(byId('date').value, button.dataset.clock)
  }
})

document.addEventListener('keydown', (event) => {
  if (!isOpen()) return
  if (event.key === 'Escape') {
    event.preventDefault()
    setBack()
    close()
  } else if (!panel().contains(event.target)) return
  else if (event.key === 'Enter' && event.target.matches('input')) {
    event.preventDefault()
    close()
  } else if (event.target.dataset.date) moveByKey(event)
})

// Who fills in a field picks a time.
document.addEventListener('input', ({ target }) => {
  if (target.id === 'date' || target.id === 'time') choosePick()
})
document.addEventListener('change', ({ target }) => {
  if (target.name === 'when' && target.value === 'pick') void showMonth(byId('date').value)
  if (target.id === 'date') void showMonth(target.value)
})

const choosePick = () => {
  const radio = byId('when-pick')
  if (radio) radio.checked = true
}
const pick = (date, time, focus) => {
  choosePick()
  byId('date').value = date
  byId('time').value = time || byId('time').value || '10:00'
  changed()
  void showMonth(date, focus)
}

const chooseDay = (button) => {
  if (button.ariaDisabled === 'true') return
  pick(button.dataset.date, '', 'day')
}

const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }
const moveByKey = (event) => {
  const { date } = event.target.dataset
  const to = moves[event.key]
    ? addDays(date, moves[event.key])
    : event.key === 'PageUp' || event.key === 'PageDown'
      ? addMonths(date, event.key === 'PageUp' ? -1 : 1)
      : null
  if (!to) return
  event.preventDefault()
  const there = dayButton(to)
  if (there && !there.matches('.other')) focusDay(there)
  else void showMonth(to, 'day', to)
}
const utc = (date) => new Date(`${date}T00:00Z`)
const addDays = (date, days) => {
  const at = utc(date)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}
/** The same day of another month, or its last day. */
const addMonths = (date, months) => {
  const at = utc(date)
  const day = at.getUTCDate()
  at.setUTCDate(1)
  at.setUTCMonth(at.getUTCMonth() + months + 1, 0)
  at.setUTCDate(Math.min(day, at.getUTCDate()))
  return at.toISOString().slice(0, 10)
}

const dayButton = (date) => byId('when-month')?.querySelector(`[data-date="${date}"]`)
/** One day of the month is in the tab order. */
const tabTo = (button) => {
  for (const other of byId('when-month').querySelectorAll('[data-date][tabindex="0"]'))
    other.tabIndex = -1
  if (button) button.tabIndex = 0
}
const focusDay = (button) => {
  tabTo(button)
  button?.focus()
}

const notLoaded = '<p class="hint">The month couldn’t be loaded. Enter the date below.</p>'
const load = async (address) => {
  try {
    const answer = await fetch(address)
    return answer.ok ? await answer.text() : notLoaded
  } catch {
    return notLoaded
  }
}

// Only the answer to the newest request is shown.
let asked = 0
/** Shows the month of a date. `focus`: what gets the focus, the head or the day `on`. */
const showMonth = async (date, focus, on = date) => {
  const box = byId('when-month')
  if (!box) return
  const query = new URLSearchParams({ zone: panel().querySelector('[name="zone"]').value })
  const day = byId('date').value
  if (date) query.set('at', date)
  if (day) query.set('day', day)
  const post = byId('composer').elements.post?.value
  if (post) query.set('post', post)
  for (const channel of byId('composer').querySelectorAll('[name="channel"]:checked'))
    query.append('channel', channel.value)
  asked += 1
  const own = asked
  const html = await load(`${box.dataset.from}?${query}`)
  if (own !== asked) return
  const label = document.activeElement?.getAttribute('aria-label')
  box.innerHTML = html
  const shown = dayButton(on) ?? dayButton(day) ?? box.querySelector('[aria-current="date"]')
  tabTo(shown ?? box.querySelector('[data-date]:not(.other)'))
  if (focus === 'day') focusDay(dayButton(on))
  if (focus === 'head' && label) box.querySelector(`[aria-label="${label}"]`)?.focus()
}

// Says the chosen time where the person is, if the clock there shows another one.
const here = Intl.DateTimeFormat().resolvedOptions().timeZone
const clockIn = (timeZone, at, hours) =>
  ['weekday', 'hour'].map((name) =>
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      ...(name === 'weekday' ? { weekday: 'short' } : { hour: 'numeric', minute: '2-digit' }),
      hourCycle: hours === '24' ? 'h23' : 'h12',
    }).format(at),
  )
const sayHere = () => {
  const line = byId('when-zone')
  if (!line?.dataset.at || line.querySelector('.when-here')) return
  const zone = panel().querySelector('[name="zone"]').value
  const { at, hours } = line.dataset
  const [there, [day, time]] = [zone, here].map((one) => clockIn(one, new Date(at), hours))
  if (there.join() === `${day},${time}`) return
  const words = there[0] === day ? time : `${day} ${time}`
  const own = document.createElement('span')
  own.className = 'when-here'
  own.textContent = `${words} in ${here.split('/').at(-1).replaceAll('_', ' ')}`
  line.append(own)
}
sayHere()
document.addEventListener('htmx:after:swap', sayHere)
