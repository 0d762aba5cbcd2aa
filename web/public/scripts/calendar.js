// Drag and drop in the calendar. A dragged post keeps its time of day. Every post that can be
// dragged also has a Move page, for the keyboard and for cases that need a message or a question: a
// refused time, or a time that happens twice.

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
  for (const other of document.querySelectorAll('[data-slot].over'))
    if (other !== slot) other.classList.remove('over')
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
  const { move, time, version } = carried.dataset
  const { here, zone } = document.getElementById('calendar').dataset
  const fields = new URLSearchParams({
    time: `${slot.dataset.slot}T${time}`,
    version,
    zone,
    back: here,
  })
  const answer = await send(move, fields)
  const to = answer?.headers.get('HX-Location')
  if (to) return location.assign(to)
  if (answer?.status === 422) return location.assign(`${move}?${fields}`)
  if (answer?.status === 409)
    return tell(
      'Someone changed this post, so it wasn’t moved. The calendar now shows the latest version.',
    )
  tell(answer ? 'The post couldn’t be moved. Try again.' : 'No connection. The post wasn’t moved.')
})

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

/**
 * Shows a message that screen readers announce, and reloads the calendar. The page moves nothing
 * until the server has agreed.
 */
const tell = (words) => {
  const said = Object.assign(document.createElement('p'), {
    className: 'notice',
    textContent: words,
  })
  document.getElementById('flash').replaceChildren(said)
  document.getElementById('calendar').dispatchEvent(new CustomEvent('fetch-again'))
  scrollTo({ top: 0 })
}
