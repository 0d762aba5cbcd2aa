// The grid of a profile: dragging a post onto another one, or moving it with the keys, trades their
// times. Nothing is saved until "Save order". Without this script, each post has a form for it.
document.documentElement.classList.add('scripted')
const says = document.querySelector('[data-grid-says]')
const grid = () => document.getElementById('grid')
const tileOf = (event) => event.target.closest?.('[data-tile]') ?? null
const isFree = (tile) => tile !== null && 'free' in tile.dataset
/** Whether the tile has a place, so that another post can take it. */
const isPlace = (tile) => isFree(tile) && !tile.closest('.drafts')
const nameOf = (tile) => tile.querySelector('.place-link').getAttribute('aria-label')
const say = (words) => {
  says.textContent = words
}

/** Shows the order with one more trade. The address has all of them, so Back takes one back. */
const trade = async (one, other) => {
  if ('full' in grid().dataset) return say('Save this order before you move more posts.')
  const address = `${grid().dataset.here}&trade=${one}.${other}`
  const answer = await fetch(`${address}&part=grid`).catch(() => null)
  if (!answer?.ok) return location.assign(address)
  history.pushState(null, '', address)
  show(await answer.text(), one)
}
const show = (html, focused) => {
  grid().outerHTML = html
  document.querySelector(`#tile-${focused} .place-link`)?.focus()
  const changed = document.querySelectorAll('.change').length
  say(changed ? `${changed} posts change their time. Nothing is saved yet.` : 'Nothing changes.')
}
addEventListener('popstate', () => location.reload())

let carried = null
document.addEventListener('dragstart', (event) => {
  const tile = tileOf(event)
  if (!isFree(tile)) return
  putBack()
  carried = tile
  event.dataTransfer.effectAllowed = 'move'
  event.dataTransfer.setData('text/plain', tile.dataset.tile)
  tile.classList.add('carried')
})
document.addEventListener('dragover', (event) => {
  const tile = tileOf(event)
  unmark()
  if (!carried || !isPlace(tile) || tile === carried) return
  event.preventDefault()
  tile.classList.add('over')
})
document.addEventListener('dragend', () => {
  unmark()
  carried?.classList.remove('carried')
  carried = null
})
document.addEventListener('drop', async (event) => {
  const tile = tileOf(event)
  if (!carried || !isPlace(tile) || tile === carried) return
  event.preventDefault()
  await trade(carried.dataset.tile, tile.dataset.tile)
})
const unmark = () => {
  for (const tile of document.querySelectorAll('.place.over')) tile.classList.remove('over')
}

// By keyboard. `picked`: the tile that is moved. `place`: the tile whose place it would take.
let picked = null
let place = null
const focus = (tile) => tile?.querySelector('.place-link').focus()

const pickUp = (tile) => {
  picked = tile
  place = null
  tile.classList.add('carried')
  say(`Picked up: ${nameOf(tile)}. The arrow keys choose a place, Space puts it there.`)
}
const putBack = () => {
  unmark()
  picked?.classList.remove('carried')
  picked = null
  place = null
}
const putDown = async () => {
  const [from, to] = [picked, place]
  putBack()
  if (to) await trade(from.dataset.tile, to.dataset.tile)
  else say('Put back.')
}

/** The nearest tile in the direction of the key, by where the tiles are on the page. */
const beside = (tile, key, among) => {
  const middle = (one) => {
    const { left, top, width, height } = one.getBoundingClientRect()
    return { x: left + width / 2, y: top + height / 2 }
  }
  const from = middle(tile)
  const [along, across] = key === 'ArrowLeft' || key === 'ArrowRight' ? ['x', 'y'] : ['y', 'x']
  const sign = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1
  const distance = (one) => {
    const at = middle(one)
    return Math.abs(at[along] - from[along]) + 4 * Math.abs(at[across] - from[across])
  }
  return among
    .filter((one) => one !== tile && sign * (middle(one)[along] - from[along]) > 1)
    .sort((a, b) => distance(a) - distance(b))[0]
}

const arrow = (event, tile) => {
  event.preventDefault()
  const all = [...document.querySelectorAll('[data-tile]')]
  if (!picked) return focus(beside(tile, event.key, all))
  const places = all.filter((one) => isPlace(one))
  const next = beside(place ?? picked, event.key, places)
  if (!next) return
  unmark()
  place = next === picked ? null : next
  place?.classList.add('over')
  next.scrollIntoView({ block: 'nearest' })
  say(place ? `In the place of: ${nameOf(place)}` : 'In its own place')
}

document.addEventListener('keydown', async (event) => {
  if (!event.target.matches?.('.place-link') || event.ctrlKey || event.metaKey || event.altKey)
    return
  const tile = tileOf(event)
  if (event.key === 'Escape' && picked) {
    putBack()
    return say('Put back.')
  }
  if (event.key === ' ') {
    event.preventDefault()
    if (picked) await putDown()
    else if (isFree(tile)) pickUp(tile)
    else say(tile.title)
  } else if (event.key === 'Enter' && picked) {
    event.preventDefault()
    await putDown()
  } else if (event.key.startsWith('Arrow')) arrow(event, tile)
})
document.addEventListener('focusout', (event) => {
  if (picked && event.relatedTarget && !event.relatedTarget.matches('.place-link')) putBack()
})
