// The composer while a person writes: the order of files, uploads and counters. The server renders
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
    const position = file.querySelector('[name^="position."]')
    if (position) position.value = index + 1
  })
  changed()
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('#file-list [data-live]')
  if (!button) return
  event.preventDefault()
  const file = button.closest('.file')
  const [act] = button.value.split(':')
  if (act === 'up') file.previousElementSibling?.before(file)
  if (act === 'down') file.nextElementSibling?.after(file)
  if (act === 'remove') file.remove()
  else button.focus()
  renumber()
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

// Keeps opened sections open when the form is rendered again.
let opened = []
document.addEventListener('htmx:before:swap', () => {
  opened = [...(composer()?.querySelectorAll('details[id][open]') ?? [])].map(
    (details) => details.id,
  )
})
document.addEventListener('htmx:after:swap', () => {
  for (const id of opened) document.getElementById(id)?.setAttribute('open', '')
})

// A message beside a field is gone once the form is rendered again; so is its mark on the field, which
// is skipped then.
document.addEventListener('htmx:after:swap', () => {
  for (const field of composer()?.querySelectorAll('[aria-invalid="true"]') ?? [])
    if (!document.getElementById(`${field.id}.fault`)) field.setAttribute('aria-invalid', 'false')
})

const numbers = new Intl.NumberFormat('en-GB')
const lengthIn = (text, unit) => (unit === 'utf-16' ? text.length : [...text].length)

// Updates counters at each key press. The server's count, which includes variants and kinds,
// follows shortly after.
document.addEventListener('input', ({ target }) => {
  if (!target.id || !composer()?.contains(target)) return
  const counters = [...document.querySelectorAll(`.counters [data-counts="${target.id}"]`)]
  for (const counter of counters) {
    const length = lengthIn(target.value, counter.dataset.unit)
    counter.querySelector('.number').textContent = numbers.format(length)
    counter.classList.toggle('over', length > Number(counter.dataset.limit))
  }
  if (counters.length > 0) announce(target, counters)
})

// Screen readers hear how much is left once it is less than 15 %, when the person stops typing.
let announcing
const announce = (target, counters) => {
  clearTimeout(announcing)
  announcing = setTimeout(() => {
    document.getElementById('counted').textContent = counters
      .map(({ dataset: { limit, name, unit } }) =>
        roomWords(name, Number(limit) - lengthIn(target.value, unit), limit),
      )
      .filter(Boolean)
      .join('. ')
  }, 700)
}
const roomWords = (name, left, limit) => {
  if (left > limit * 0.15) return ''
  const count = Math.abs(left)
  return `${name}: ${numbers.format(count)} ${count === 1 ? 'character' : 'characters'} ${left < 0 ? 'over the limit' : 'left'}`
}

// The editor of a file is loaded when somebody opens it. If it can't be, its page opens.
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
