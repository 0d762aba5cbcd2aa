// The composer while a person writes: its files, its keys and what is open. The server renders
// changed parts again (posts/check). Without this script, the same buttons submit the form.

const composer = () => document.getElementById('composer')
// Counts changes to the files. A response to an older request is dropped, because it would undo
// them.
let files = 0
const changed = () => {
  files += 1
  composer()?.dispatchEvent(new Event('change', { bubbles: true }))
}
document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
  ctx.files = files
})

const renumber = () => {
  document.querySelectorAll('#file-list > .file').forEach((file, index) => {
    const position = document.querySelector(`[name="position.${file.dataset.file}"]`)
    if (position) position.value = index + 1
  })
  changed()
}

const tiles = () => [...document.querySelectorAll('#file-list > .file')]
const tileOf = (id) => document.getElementById(`file-${id}`)
const say = (words) => {
  document.getElementById('counted').textContent = words
}
const announcePlace = (file) => {
  const all = tiles()
  say(`${file.dataset.name} is now ${all.indexOf(file) + 1} of ${all.length}.`)
}
const move = (file, isForward) => {
  const other = isForward ? file.previousElementSibling : file.nextElementSibling
  if (isForward) other?.before(file)
  else other?.after(file)
  announcePlace(file)
  if (other) renumber()
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('#files [data-live]')
  if (!button) return
  event.preventDefault()
  const [act, id] = button.value.split(':')
  const file = tileOf(id)
  if (act === 'remove') {
    const next = file.nextElementSibling ?? file.previousElementSibling
    file.remove()
    document.getElementById(`about-${id}`)?.remove()
    ;(next?.querySelector('.file-picture') ?? document.getElementById('drop-file'))?.focus()
    renumber()
  } else {
    move(file, act === 'up')
    button.focus()
  }
})
document.addEventListener('keydown', (event) => {
  const way = { ArrowLeft: true, ArrowRight: false }[event.key]
  const file = event.target.closest?.('#file-list > .file')
  if (!file || !event.altKey || way === undefined) return
  event.preventDefault()
  const { activeElement } = document
  move(file, way)
  activeElement.focus()
})

// The alt text and the order of one file, below the tiles.
let about = ''
const showAbout = () => {
  for (const one of document.querySelectorAll('.file-about'))
    one.classList.toggle('open', one.id === about)
  for (const link of document.querySelectorAll('.file-picture'))
    link.setAttribute('aria-expanded', link.hash === `#${about}`)
}
const openAbout = (id, isFocused) => {
  about = about === id && !isFocused ? '' : id
  showAbout()
  if (about) document.querySelector(`#${about} .alt`)?.focus()
}
document.addEventListener('click', (event) => {
  const tile = event.target.closest?.('a.file-picture')
  const alt = event.target.closest?.('#checks a[href^="#alt-"]')
  if (!tile && !alt) return
  event.preventDefault()
  showPane('edit')
  if (tile) openAbout(tile.hash.slice(1), false)
  else openAbout(alt.hash.replace('#alt-', 'about-'), true)
})

// A link to a field leads to where it can be seen: the other pane, or a closed section.
const showPane = (pane) => {
  document.getElementById(`pane-${pane}`).checked = true
}
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('#checks a[href^="#"], #verdict a[href^="#"]')
  const field = link && document.getElementById(link.hash.slice(1))
  if (!field || link.hash.startsWith('#alt-')) return
  event.preventDefault()
  showPane('edit')
  field.closest('details')?.setAttribute('open', '')
  const first = field.matches('input, select, textarea')
    ? field
    : field.querySelector('input:not([type=hidden]), select, textarea, summary')
  field.scrollIntoView({ block: 'nearest' })
  first?.focus()
})

document.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || !composer()) return
  const isSend = event.key === 'Enter'
  if (!isSend && event.key.toLowerCase() !== 's') return
  if (document.querySelector('dialog[open]')) return
  event.preventDefault()
  const save = composer().querySelector('[name=act][value=save]')
  const schedule = composer().querySelector('[name=act][value=schedule]')
  ;(isSend ? schedule : (save ?? schedule)).click()
})

let dragged = null
document.addEventListener('dragstart', (event) => {
  dragged = event.target.closest?.('#file-list > .file') ?? null
  if (!dragged) return
  event.dataTransfer.effectAllowed = 'move'
  event.dataTransfer.setData('text/plain', dragged.dataset.file)
  dragged.classList.add('dragged')
})
const fileUnder = (event) => {
  const over = dragged && event.target.closest?.('#file-list > .file')
  return over && over !== dragged ? over : null
}
const unmark = () => {
  for (const file of document.querySelectorAll('#file-list > .target'))
    file.classList.remove('target')
}
document.addEventListener('dragover', (event) => {
  const over = fileUnder(event)
  if (!over) return
  event.preventDefault()
  unmark()
  over.classList.add('target')
})
document.addEventListener('drop', (event) => {
  const over = fileUnder(event)
  if (!over) return
  event.preventDefault()
  const { left, width } = over.getBoundingClientRect()
  if (event.clientX < left + width / 2) over.before(dragged)
  else over.after(dragged)
  announcePlace(dragged)
  renumber()
})
document.addEventListener('dragend', () => {
  dragged?.classList.remove('dragged')
  dragged = null
  unmark()
})
// A response during a drag would reset it, so it is dropped. The drop sends a new request.
document.addEventListener('htmx:before:swap', (event) => {
  const asked = event.detail.ctx?.files
  if (dragged || (asked !== undefined && asked !== files)) event.preventDefault()
})

// Adds a file to the post when its upload is complete.
document.addEventListener('uploaded', (event) => {
  if (!composer()?.contains(event.target)) return
  const { id, tile } = event.detail
  tile.remove()
  const add = Object.assign(document.createElement('input'), {
    type: 'hidden',
    name: 'add',
    value: id,
  })
  document.getElementById('files').append(add)
  changed()
})

// Sections stay as open as they are when the form is rendered again.
let sections = new Map()
document.addEventListener('htmx:before:swap', () => {
  const all = composer()?.querySelectorAll('details[id]') ?? []
  sections = new Map([...all].map(({ id, open }) => [id, open]))
})
document.addEventListener('htmx:after:swap', () => {
  for (const [id, open] of sections) document.getElementById(id)?.toggleAttribute('open', open)
  showAbout()
})
// A label that was added is part of the post, which has to be saved then.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.target.id !== 'new-label' || event.ctrlKey || event.metaKey)
    return
  event.preventDefault()
  document.getElementById('add-label').click()
})
document.addEventListener('htmx:after:swap', ({ detail }) => {
  if (!detail.ctx?.request?.action?.endsWith('/add-label')) return
  const field = document.getElementById('new-label')
  if (!field || document.getElementById('new-label.fault')) return
  say(`Added ${field.value}`)
  field.value = ''
  changed()
})
// A menu of the bar closes when the focus leaves it.
document.addEventListener('focusin', ({ target }) => {
  for (const menu of document.querySelectorAll('.bar-more[open]'))
    if (!menu.contains(target)) menu.open = false
})

// A message beside a field is gone once the form is rendered again; so is its mark on the field,
// which is skipped then.
document.addEventListener('htmx:after:swap', () => {
  for (const field of composer()?.querySelectorAll('[aria-invalid="true"]') ?? [])
    if (!document.getElementById(`${field.id}.fault`)) field.setAttribute('aria-invalid', 'false')
})

// The editor of a file is loaded when someone opens it. If it can't be, its page opens.
document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-editor]')
  if (!button) return
  event.preventDefault()
  if (document.querySelector('.editor-dialog') || button.ariaBusy === 'true') return
  button.ariaBusy = 'true'
  try {
    const { openEditor } = await import(button.dataset.editor)
    await openEditor(button, changed)
  } catch {
    button.form.requestSubmit(button)
  } finally {
    button.ariaBusy = null
  }
})

// Files from the clipboard are uploaded like dropped ones.
document.addEventListener('paste', (event) => {
  const input = document.getElementById('drop-file')
  const files = event.clipboardData?.files
  if (!composer()?.contains(event.target) || !input || !files?.length) return
  event.preventDefault()
  input.files = files
  input.dispatchEvent(new Event('change', { bubbles: true }))
})
