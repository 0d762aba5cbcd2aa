// Dragging a post to another day keeps its time of day. Every post that can be dragged also has a Move page, for the keyboard
// and for a time that needs a word: refused there, or asked about when the clocks go back.

let carried = null
const slotOf = (event) => (carried ? event.target.closest?.('[data-slot]') : null)

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
  for (const other of document.querySelectorAll('[data-slot].over')) if (other !== slot) other.classList.remove('over')
  slot.classList.add('over')
})
document.addEventListener('dragend', () => {
  carried?.classList.remove('dragged')
  carried = null
  for (const slot of document.querySelectorAll('[data-slot].over')) slot.classList.remove('over')
})
document.addEventListener('drop', async (event) => {
  const slot = slotOf(event)
  if (!slot || slot.contains(carried)) return
  event.preventDefault()
  const { move, time } = carried.dataset
  const fields = new URLSearchParams({
    time: `${slot.dataset.slot}T${time}`,
    back: document.getElementById('calendar').dataset.here,
  })
  const answer = await fetch(move, {
    method: 'POST',
    body: fields,
    headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
  })
  const refused = answer.status === 422
  location.assign(refused ? `${move}?${fields}` : (answer.headers.get('HX-Location') ?? location.href))
})
