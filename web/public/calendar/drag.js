// Drag and drop in the calendar. A dragged post keeps its time of day, and is shown at its new place
// while the server decides. Every post that can be dragged also has a Move page, for the keyboard and
// for times that need a question, because they happen twice.
let carried = null
const slotOf = (event) => (carried ? event.target.closest?.('td[data-slot]') : null)

document.addEventListener('dragstart', (event) => {
  carried = event.target.closest?.('[data-post]') ?? null
  if (!carried) return
  event.dataTransfer.effectAllowed = 'move'
  event.dataTransfer.setData('text/plain', carried.dataset.post)
  carried.classList.add('dragged')
})
document.addEventListener('dragover', (event) => {
  const slot = slotOf(event)
  if (!slot) return
  event.preventDefault()
  for (const other of document.querySelectorAll('[data-slot].over'))
    if (other !== slot) other.classList.remove('over')
  slot.classList.add('over')
})
document.addEventListener('dragend', () => {
  carried?.classList.remove('dragged')
  carried = null
  for (const slot of document.querySelectorAll('[data-slot].over')) slot.classList.remove('over')
})
document.addEventListener('drop', (event) => {
  const slot = slotOf(event)
  if (!slot || slot.contains(carried)) return
  event.preventDefault()
  const { move, time, version } = carried.dataset
  const { here, zone } = document.getElementById('calendar').dataset
  const fields = new URLSearchParams({
    time: `${slot.dataset.slot}T${time}`,
    version,
    zone,
    back: here,
  })
  const putBack = placed(carried, slot)
  const detail = { address: move, fields, form: `${move}?${fields}`, refused: putBack }
  document.dispatchEvent(new CustomEvent('calendar-act', { detail }))
})

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
