// The editor of one file, in a dialog over the composer, which it doesn't touch until "Apply". The
// composer's script imports it when someone opens it. Without it, the same button opens a page.
import { startCrop } from './crop.js'
import { startTimes } from './times.js'

/**
 * Opens the editor of the button's file. `changed` is called after its edits were written into the
 * composer. Throws if the server didn't give it.
 */
export const openEditor = async (button, changed) => {
  const composer = button.form
  const body = new URLSearchParams(new FormData(composer))
  body.set('act', button.value)
  const answer = await fetch(`${button.formAction}?dialog=1`, { method: 'POST', body })
  if (!answer.ok || answer.redirected)
    throw new Error(`the editor was answered with ${answer.status}`)
  const dialog = Object.assign(document.createElement('dialog'), { className: 'editor-dialog' })
  dialog.setAttribute('aria-labelledby', 'editor-title')
  dialog.innerHTML = await answer.text()
  const styled = loaded(dialog.querySelector('link[rel="stylesheet"]'))
  document.body.append(dialog)
  await styled
  const root = dialog.querySelector('form')
  const crop = startCrop(root)
  const times = startTimes(root)

  const done = () => {
    if (times && !times.isValid()) return
    const edits = { ...crop.edits(), ...times?.edits() }
    const kept = document.getElementById(`edits-${root.dataset.file}`)
    if (kept) kept.value = Object.keys(edits).length > 0 ? JSON.stringify(edits) : ''
    for (const name of root.dataset.covers.split(' ').filter(Boolean)) {
      const field = composer.elements.namedItem(name)
      if (field) field.value = times.coverSecond(field.value)
    }
    dialog.close()
    changed()
  }
  const acts = {
    cancel: () => dialog.close(),
    rotate: crop.rotate,
    reset: () => {
      crop.reset()
      times?.reset()
    },
  }
  root.addEventListener('click', ({ target }) =>
    acts[target.closest('[data-act]')?.dataset.act]?.(),
  )
  root.addEventListener('submit', (event) => {
    event.preventDefault()
    done()
  })
  root.addEventListener('keydown', (event) => {
    const isTyping = event.target.matches('input:not([type=range], [type=radio])')
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping) return
    if (crop.onKey(event)) event.preventDefault()
    else if (event.key === 'Enter' && event.target.matches('[data-frame]')) done()
  })
  dialog.addEventListener('close', () => {
    dialog.remove()
    document.getElementById(button.id)?.focus()
  })
  dialog.showModal()
  crop.focus()
}

/** Resolves when the sheet can be used: the picture is measured as it draws it. */
const loaded = (sheet) =>
  new Promise((resolve, reject) => {
    sheet.addEventListener('load', resolve, { once: true })
    sheet.addEventListener('error', () => reject(new Error('the sheet of the editor is missing')), {
      once: true,
    })
  })
