// Offers names after an @ in a comment. Without it, people type the name.
const listId = 'discussion-names'
const mostOffered = 6
const called = /(?:^|[^\p{L}\p{N}])@([^@\n]{0,60})$/u

let names // fetched with the first @ of the page
let open = null // { field, list, at, chosen }

const fetchNames = (field) => {
  names ??= fetch(field.dataset.mentions)
    .then((answer) => (answer.ok ? answer.json() : []))
    .catch(() => {
      names = undefined // offline: the next @ tries again
      return []
    })
  return names
}

const isOffered = (name, typed) => {
  const [whole, wanted] = [name.toLowerCase(), typed.toLowerCase()]
  return whole !== wanted && (whole.startsWith(wanted) || whole.includes(` ${wanted}`))
}

const close = () => {
  if (!open) return
  open.list.remove()
  open.field.removeAttribute('aria-activedescendant')
  open.field.removeAttribute('aria-controls')
  open = null
}

const offer = async (field) => {
  const typed = called.exec(field.value.slice(0, field.selectionStart))?.[1]
  if (typed === undefined) return close()
  const all = await fetchNames(field)
  const found = all.filter((name) => isOffered(name, typed)).slice(0, mostOffered)
  close()
  if (found.length === 0 || document.activeElement !== field) return
  const list = document.createElement('ul')
  list.id = listId
  list.className = 'discussion-names'
  list.setAttribute('role', 'listbox')
  list.setAttribute('aria-label', 'People to mention')
  for (const [index, name] of found.entries()) {
    const item = document.createElement('li')
    item.id = `${listId}-${index}`
    item.setAttribute('role', 'option')
    item.textContent = name
    list.append(item)
  }
  field.after(list)
  list.style.top = `${field.offsetTop + field.offsetHeight}px`
  field.setAttribute('aria-controls', listId)
  open = { field, list, at: field.selectionStart - typed.length, chosen: 0 }
  choose(0)
}

const choose = (index) => {
  const items = [...open.list.children]
  open.chosen = (index + items.length) % items.length
  for (const [nth, item] of items.entries())
    item.setAttribute('aria-selected', String(nth === open.chosen))
  items[open.chosen].scrollIntoView({ block: 'nearest' })
  open.field.setAttribute('aria-activedescendant', items[open.chosen].id)
}

const take = (name) => {
  const { field, at } = open
  field.setRangeText(`${name} `, at, field.selectionStart, 'end')
  close()
  field.focus()
}

document.addEventListener('input', (event) => {
  if (event.target.dataset?.mentions) void offer(event.target)
})
document.addEventListener('keydown', (event) => {
  if (!open || event.target !== open.field || event.isComposing) return
  const item = open.list.children[open.chosen]
  if (event.key === 'ArrowDown') choose(open.chosen + 1)
  else if (event.key === 'ArrowUp') choose(open.chosen - 1)
  else if (event.key === 'Enter' || event.key === 'Tab') take(item.textContent)
  else if (event.key === 'Escape') close()
  else return
  event.preventDefault()
})
document.addEventListener('mousedown', (event) => {
  const item = open && event.target.closest?.(`#${listId} > li`)
  if (!item) return close()
  event.preventDefault() // the field keeps the focus
  take(item.textContent)
})
document.addEventListener('focusout', (event) => {
  if (event.target === open?.field) close()
})
