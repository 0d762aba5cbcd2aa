import { element } from './element.js'

const columns = 8

/**
 * The grid of emoji. The arrow keys go from one to the next, and up from the first row to the search;
 * letters go on with the search.
 */
export const createGrid = ({ search, named, chosen }) => {
  const box = element('div', { class: 'emoji-grid', role: 'grid' })
  const buttons = () => [...box.querySelectorAll('button')]
  let shown = []
  let skin = ''
  const written = ([emoji, , , toned]) => (skin && toned ? toned.replaceAll('*', skin) : emoji)

  const go = (button) => {
    for (const one of box.querySelectorAll('button[tabindex="0"]')) one.tabIndex = -1
    button.tabIndex = 0
    button.focus()
    button.scrollIntoView({ block: 'nearest' })
  }
  const choose = (button) => {
    const one = shown[buttons().indexOf(button)]
    chosen(one, written(one))
  }
  box.addEventListener('click', ({ target }) => {
    const button = target.closest('button')
    if (button) choose(button)
  })
  for (const kind of ['focusin', 'pointerover'])
    box.addEventListener(kind, ({ target }) => named(target.closest('button')?.title ?? ''))

  box.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const all = buttons()
    const at = all.indexOf(event.target)
    const inRow = at % columns
    const next = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - columns,
      ArrowDown: Math.min(at + columns, all.length - 1),
      Home: at - inRow,
      End: Math.min(at - inRow + columns - 1, all.length - 1),
    }[event.key]
    if (next !== undefined) {
      event.preventDefault()
      if (all[next]) go(all[next])
      else if (next < 0) search.focus()
    } else if (event.key.length === 1 && event.key !== ' ') search.focus()
  })
  search.addEventListener('keydown', (event) => {
    const [first] = buttons()
    if (event.key === 'ArrowDown' && first) {
      event.preventDefault()
      go(first)
    } else if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault()
      if (first && search.value.trim()) choose(first)
    }
  })
  return {
    box,
    show: (name, emoji, tone) => {
      shown = emoji
      skin = tone
      box.setAttribute('aria-label', name)
      const cells = emoji.map((one, index) => {
        const button = element('button', {
          ...{ type: 'button', title: one[1], 'aria-label': one[1] },
          tabindex: index ? '-1' : '0',
        })
        button.append(written(one))
        return element('div', { role: 'gridcell' }, button)
      })
      const rows = []
      while (cells.length) rows.push(element('div', { role: 'row' }, ...cells.splice(0, columns)))
      box.replaceChildren(...rows)
      box.hidden = emoji.length === 0
      box.scrollTop = 0
      named('')
    },
  }
}
