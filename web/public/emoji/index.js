// The emoji picker of the composer's texts, which imports it when someone opens it. It stands beside
// the composer, so that drawing the composer anew leaves it alone.
import { element } from './element.js'
import { createGrid } from './grid.js'
import { recent, tone } from './remembered.js'

const tones = ['', '🏻', '🏼', '🏽', '🏾', '🏿']
const toneNames = ['Default', 'Light', 'Medium light', 'Medium', 'Medium dark', 'Dark']
const mostFound = 96

/** Opens the picker beside the button. `chosen` is called with the emoji. Throws if it can't load. */
export const openEmoji = async (button, chosen) => {
  const beside = (name) => button.dataset.emoji.replace('index.js', name)
  const [groups] = await Promise.all([load(beside('emoji.json')), styled(beside('emoji.css'))])
  const picker = draw(groups, (emoji) => {
    picker.hidePopover()
    chosen(emoji)
  })
  document.body.append(picker)
  picker.addEventListener('toggle', ({ newState }) => {
    // The composer may have been drawn anew, with another button.
    document.getElementById(button.id)?.setAttribute('aria-expanded', newState === 'open')
    if (newState === 'closed') picker.remove()
  })
  // The page's own keys, such as N for a new post, mean nothing in here.
  picker.addEventListener('keydown', (event) => event.stopPropagation())
  picker.showPopover()
  place(picker, button)
  picker.querySelector('input').focus()
}

const load = async (address) => {
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`the emoji were answered with ${answer.status}`)
  return answer.json()
}

const styled = (href) =>
  new Promise((resolve, reject) => {
    if (document.querySelector(`link[href="${href}"]`)) return resolve()
    const sheet = element('link', { rel: 'stylesheet', href })
    sheet.addEventListener('load', resolve, { once: true })
    sheet.addEventListener('error', () => {
      sheet.remove()
      reject(new Error('the sheet of the emoji picker is missing'))
    })
    document.head.append(sheet)
  })

/** Below the button, or above it where there is more room. On a phone the sheet puts it at the bottom. */
const place = (picker, button) => {
  const { top, bottom, left } = button.getBoundingClientRect()
  const { offsetHeight: height, offsetWidth: width } = picker
  const isBelow = bottom + height + 8 < innerHeight || top < innerHeight / 2
  const y = isBelow ? bottom + 6 : top - height - 6
  picker.style.setProperty('--top', `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`)
  picker.style.setProperty('--left', `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`)
}

const draw = (groups, chosen) => {
  const all = groups.flatMap(({ emoji }) => emoji)
  const used = recent.list().flatMap((one) => all.filter(([emoji]) => emoji === one))
  const shown = [...(used.length ? [{ name: 'Recent', mark: '🕘', emoji: used }] : []), ...groups]
  const name = element('span', { class: 'emoji-name', 'aria-hidden': 'true' })
  const found = element('p', { class: 'sr-only', role: 'status' })
  const none = element(
    'p',
    { class: 'emoji-none', hidden: '' },
    'No emoji found. Try another word.',
  )
  const search = element('input', {
    ...{ type: 'search', placeholder: 'Search emoji', 'aria-label': 'Search emoji' },
    ...{ maxlength: '40', autocomplete: 'off', spellcheck: 'false' },
  })
  const grid = createGrid({
    search,
    named: (words) => {
      name.textContent = words
    },
    chosen: ([emoji], written) => {
      recent.add(emoji)
      chosen(written)
    },
  })
  const tabs = element('div', { class: 'emoji-groups', role: 'group', 'aria-label': 'Groups' })
  const show = (group) => {
    search.value = ''
    found.textContent = ''
    none.hidden = true
    for (const tab of tabs.children) tab.setAttribute('aria-pressed', tab.title === group.name)
    grid.show(group.name, group.emoji, tone.get())
  }
  let group = shown[0]
  for (const one of shown) {
    const tab = element('button', { type: 'button', title: one.name, 'aria-label': one.name })
    tab.append(one.mark)
    tab.addEventListener('click', () => {
      group = one
      show(one)
    })
    tabs.append(tab)
  }
  const look = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    if (words.length === 0) return show(group)
    const hits = all
      .map((one) => ({ one, rank: rankOf(one, words) }))
      .filter(({ rank }) => rank > 0)
      .sort((a, b) => b.rank - a.rank)
      .slice(0, mostFound)
      .map(({ one }) => one)
    for (const tab of tabs.children) tab.setAttribute('aria-pressed', 'false')
    none.hidden = hits.length > 0
    found.textContent = hits.length === 1 ? '1 emoji found' : `${hits.length} emoji found`
    grid.show('Found', hits, tone.get())
  }
  search.addEventListener('input', look)
  const skin = element('select', { 'aria-label': 'Skin tone', title: 'Skin tone' })
  tones.forEach((one, index) => {
    const option = element('option', { value: one }, `✋${one} ${toneNames[index]}`)
    option.selected = one === tone.get()
    skin.append(option)
  })
  skin.addEventListener('change', () => {
    tone.set(skin.value)
    look()
  })
  show(group)
  return element(
    'div',
    { class: 'emoji-picker', popover: 'auto', role: 'dialog', 'aria-label': 'Emoji' },
    ...[search, tabs, grid.box, none, found],
    element('div', { class: 'emoji-foot' }, name, skin),
  )
}

/** 0 if a word is missing. Names that begin with the words come first, then names, then the rest. */
const rankOf = ([, name, more], words) => {
  const own = ` ${name}`
  const text = `${own} ${more.toLowerCase()}`
  if (!words.every((word) => text.includes(` ${word}`))) return 0
  if (name.startsWith(words.join(' '))) return 3
  return words.every((word) => own.includes(` ${word}`)) ? 2 : 1
}
