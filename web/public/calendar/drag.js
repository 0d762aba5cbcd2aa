// Drag and drop in the calendar. In the month a dragged post keeps its time of day. In the week it
// gets the time where it is dropped, in steps of 15 minutes, or of 5 with Shift. The page shows it
// there while the server decides. Every post that can be dragged also has a Move page, for the
// keyboard and for times that need a question, because they happen twice.
const cardHeight = 55
let carried = null
let grabbedAt = 0
const slotOf = (event) =>
  carried ? event.target.closest?.('td[data-slot], .hour-day[data-slot]') : null

document.addEventListener('dragstart', (event) => {
  carried = event.target.closest?.('[data-post]') ?? null
  if (!carried) return
  const { top, height } = carried.getBoundingClientRect()
  grabbedAt = Math.min(event.clientY - top, height, cardHeight)
  event.dataTransfer.effectAllowed = 'move'
  event.dataTransfer.setData('text/plain', carried.dataset.post)
  carried.classList.add('dragged')
})
document.addEventListener('dragover', (event) => {
  const slot = slotOf(event)
  if (!slot) return
  event.preventDefault()
  leave(slot)
  slot.classList.add('over')
  if (isHours(slot)) drawGhost(slot, timeAt(slot, event))
})
document.addEventListener('dragend', (event) => {
  leave()
  if (event.dataTransfer.dropEffect === 'none') ghost.remove()
  if (!ghost.isConnected) carried?.classList.remove('dragged')
  carried = null
})
document.addEventListener('drop', (event) => {
  const slot = slotOf(event)
  if (!slot || (!isHours(slot) && slot.contains(carried))) return
  event.preventDefault()
  const { move, version } = carried.dataset
  const { here, zone } = document.getElementById('calendar').dataset
  const time = isHours(slot) ? timeAt(slot, event) : carried.dataset.time
  const fields = new URLSearchParams({
    time: `${slot.dataset.slot}T${time}`,
    version,
    zone,
    back: here,
  })
  const refused = isHours(slot) ? ghosted(carried) : placed(carried, slot)
  const detail = { address: move, fields, form: `${move}?${fields}`, refused }
  document.dispatchEvent(new CustomEvent('calendar-act', { detail }))
})

const leave = (except) => {
  for (const slot of document.querySelectorAll('[data-slot].over'))
    if (slot !== except) slot.classList.remove('over')
}

const isHours = (slot) => slot.matches('.hour-day')

/** The time of day under a dragged card's upper edge: `17:15`. */
const timeAt = (slot, event) => {
  const { top } = slot.querySelector('.hour-column').getBoundingClientRect()
  const step = event.shiftKey ? 5 : 15
  const first = Number(slot.parentElement.dataset.firstHour) * 60
  const minute = Math.round((first + event.clientY - grabbedAt - top) / step) * step
  const inDay = Math.max(first, Math.min(minute, 24 * 60 - step))
  const two = (n) => String(n).padStart(2, '0')
  return `${two(Math.floor(inDay / 60))}:${two(inDay % 60)}`
}

/** Where the post would go, with the day and the time in words. */
const ghost = Object.assign(document.createElement('div'), {
  className: 'drop-ghost',
  innerHTML: '<svg width="1" height="0"></svg><p></p>',
})
const drawGhost = (slot, time) => {
  const [hour, minute] = time.split(':').map(Number)
  const top = hour * 60 + minute - Number(slot.parentElement.dataset.firstHour) * 60
  ghost.querySelector('svg').setAttribute('height', top)
  ghost.querySelector('p').textContent = `${slot.dataset.day}, ${inWords(time)}`
  slot.querySelector('.hour-column').append(ghost)
}
/** `17:15`, or `5:15 PM` for a person whose clock has 12 hours. */
const inWords = (time) => {
  if (document.getElementById('calendar').dataset.hours === '24') return time
  const [hour, minute] = time.split(':')
  return `${hour % 12 || 12}:${minute} ${hour < 12 ? 'AM' : 'PM'}`
}
/** The post stays pale where it was, and the new place stays drawn, until the server has decided. */
const ghosted = (post) => () => {
  ghost.remove()
  post.classList.remove('dragged')
}

/** Shows the post on its new day. Returns what puts it back. */
const placed = (post, slot) => {
  const [parent, next] = [post.parentElement, post.nextElementSibling]
  let list = slot.querySelector('ul')
  if (!list) {
    list = document.createElement('ul')
    slot.querySelector('.day-number').after(list)
  }
  const time = post.dataset.time
  const later = [...list.children].find((one) => (one.dataset.time ?? '') > time)
  list.insertBefore(post, later ?? null)
  post.classList.add('moved')
  return () => {
    post.classList.remove('moved')
    parent.insertBefore(post, next?.parentElement === parent ? next : null)
    if (list.children.length === 0) list.remove()
  }
}
