// The composer's texts. A platform's text area shows the shared text until someone types in it;
// from then on its words are its own. Counters stay silent until 15% of the room is left.

const form = () => document.getElementById('composer')
const field = (id) => document.getElementById(id)
const ownTexts = () => [...document.querySelectorAll('#words [data-follows]')]

// A text area without a name isn't sent, so the server takes the shared text for it.
const follows = (area) => area.dataset.name !== undefined
const follow = (area) => {
  area.dataset.name ??= area.name
  area.removeAttribute('name')
  area.value = field(area.dataset.follows)?.value ?? ''
}
const own = (area) => {
  area.name = area.dataset.name ?? area.name
  delete area.dataset.name
}
const tabOf = (area) => {
  const [, index] = /text-panel-(\d+)/.exec(area.closest('.text-panel')?.className ?? '') ?? []
  return field(`text-tab-${index}`)?.closest('label')
}
const mark = (area) => {
  const isOwn = !follows(area) && area.value !== ''
  tabOf(area)?.classList.toggle('own', isOwn)
  const button = area.parentElement.querySelector('.use-shared')
  if (isOwn) taken.delete(area.id)
  button.hidden = !isOwn && !taken.has(area.id)
  button.querySelector('span').textContent = taken.has(area.id) ? 'Undo' : 'Use shared text'
}

// What was taken back by "Use shared text", until something else is typed there.
const taken = new Map()
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-shared]')
  if (!button) return
  event.preventDefault()
  const area = field(button.dataset.shared)
  if (taken.has(area.id)) {
    own(area)
    area.value = taken.get(area.id)
  } else {
    taken.set(area.id, area.value)
    follow(area)
  }
  mark(area)
  area.focus()
  const isUndone = !follows(area)
  say(isUndone ? 'Your text is back.' : 'This uses the shared text now. Undo is beside it.')
  area.dispatchEvent(new Event('change', { bubbles: true }))
  count()
})

const refresh = () => {
  for (const area of ownTexts()) {
    const isNew = !follows(area) && (area.value === '' || area.value === sharedFor(area))
    if (isNew && area !== document.activeElement) follow(area)
    else if (follows(area)) area.value = sharedFor(area)
    mark(area)
  }
  count()
}
const sharedFor = (area) => field(area.dataset.follows)?.value ?? ''

document.addEventListener('input', ({ target }) => {
  if (!form()?.contains(target)) return
  if (target.matches('#words [data-follows]')) {
    own(target)
    mark(target)
  }
  for (const area of ownTexts()) if (follows(area)) area.value = sharedFor(area)
  count()
  announce(target)
})
document.addEventListener('change', ({ target }) => {
  if (!form()?.contains(target)) return
  if (target.matches('#words [data-follows]') && target.value === '') {
    follow(target)
    mark(target)
  }
  // The preview shows the account whose text is open.
  const { previews } = target.closest('.text-tab')?.dataset ?? {}
  const preview = previews && document.querySelector(`[name=preview][value="${previews}"]`)
  if (preview) preview.checked = true
})
document.addEventListener('htmx:after:swap', () => form() && refresh())

const numbers = new Intl.NumberFormat('en-US')
const lengthIn = (text, unit) => (unit === 'utf-16' ? text.length : [...text].length)
const areaOf = ({ dataset: { counts } }) => {
  const areas = counts.split(' ').map(field).filter(Boolean)
  return areas.find((area) => area.name && area.value) ?? areas.at(-1)
}
const wordsOf = (left) => {
  const number = Math.abs(left)
  const unit = number === 1 ? 'character' : 'characters'
  return `${numbers.format(number)} ${unit} ${left < 0 ? 'over' : 'left'}`
}

// Only the counter with the least room is shown, in each place.
const count = () => {
  for (const list of document.querySelectorAll('#composer .counters')) {
    const counters = [...list.children].map((counter) => {
      const { limit, unit } = counter.dataset
      const left = limit - lengthIn(areaOf(counter)?.value ?? '', unit)
      counter.dataset.left = left
      counter.classList.toggle('over', left < 0)
      counter.querySelector('.number').textContent = wordsOf(left)
      return { counter, share: left / limit }
    })
    const least = Math.min(...counters.map(({ share }) => share))
    const worst = counters.find(({ share }) => share === least && share <= 0.15)?.counter
    for (const { counter } of counters) counter.hidden = counter !== worst
  }
}

const say = (words) => {
  field('counted').textContent = words
}
// Screen readers hear how much is left once it is less than 15%, when the person stops typing.
let announcing
const announce = (target) => {
  const counters = [...document.querySelectorAll('#composer .counters > li')].filter(
    (counter) => areaOf(counter) === target,
  )
  if (counters.length === 0) return
  clearTimeout(announcing)
  announcing = setTimeout(() => {
    say(
      counters
        .filter(({ dataset: { left, limit } }) => left <= limit * 0.15)
        .map(({ dataset: { name, left } }) => `${name}: ${wordsOf(Number(left))}`)
        .join('. '),
    )
  }, 700)
}

// A saved caption or an emoji goes where the cursor was last, in the text that is open.
const texts = '#words .text-panel textarea'
let cursor = null
document.addEventListener('focusout', ({ target }) => {
  if (target.matches?.(texts)) cursor = target
})
const openText = () => {
  const isSeen = (area) => area?.isConnected && area.checkVisibility()
  return isSeen(cursor) ? cursor : [...document.querySelectorAll(texts)].find(isSeen)
}
const insert = (words, isEmoji = false) => {
  const area = openText()
  if (!area) return
  const { selectionStart: from, selectionEnd: to, value } = area
  const isPlaced = cursor === area
  const [start, end] = isPlaced ? [from, to] : [value.length, value.length]
  const isJoined = isEmoji || start === 0 || /\s$/.test(value.slice(0, start))
  const before = isJoined ? '' : isPlaced ? ' ' : '\n\n'
  const after = !isEmoji && /^\S/.test(value.slice(end)) ? ' ' : ''
  area.focus()
  area.setRangeText(before + words + after, start, end, 'end')
  area.dispatchEvent(new Event('input', { bubbles: true }))
}
document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-insert]')
  if (!button) return
  event.preventDefault()
  const answer = await fetch(`${button.dataset.insert}${field('caption').value}/text`).catch(
    () => null,
  )
  field('caption-fault').hidden = answer?.ok === true
  if (!answer?.ok) return
  insert(await answer.text())
  field('captions').open = false
  say('Inserted')
})

// Campaign tags: the server answers with the fields that have other links now.
document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-tag-links]')
  if (!button || button.ariaBusy === 'true') return
  event.preventDefault()
  button.ariaBusy = 'true'
  const fault = field('link-tags-fault')
  const sent = new FormData(form(), button)
  try {
    const answer = await fetch(button.formAction, {
      method: 'POST',
      body: new URLSearchParams(sent),
      headers: { 'HX-Request-Type': 'partial' },
    })
    const { fields = {}, words, error } = await answer.json()
    const changes = Object.entries(fields).map(([name, value]) => ({
      one: form().elements.namedItem(name),
      was: String(sent.get(name)).replaceAll('\r\n', '\n'),
      value,
    }))
    // Nothing that someone typed meanwhile is replaced.
    const isTyping = changes.some(({ one, was }) => one.value !== was)
    for (const { one, value } of isTyping ? [] : changes) {
      one.value = value
      one.dispatchEvent(new Event('input', { bubbles: true }))
    }
    fault.textContent = isTyping
      ? 'You were still typing, so no link was changed. Try again.'
      : (error ?? '')
    if (words && !isTyping) say(words)
  } catch {
    fault.textContent = 'The links couldn’t be changed. Try again.'
  } finally {
    fault.hidden = fault.textContent === ''
    button.ariaBusy = null
  }
})

// The emoji are loaded when someone opens them.
document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-emoji]')
  if (!button || button.ariaBusy === 'true') return
  button.ariaBusy = 'true'
  try {
    const { openEmoji } = await import(button.dataset.emoji)
    await openEmoji(button, (emoji) => insert(emoji, true))
  } catch {
    say('The emoji couldn’t be loaded. Try again.')
  } finally {
    button.ariaBusy = null
  }
})

if (form()) refresh()
