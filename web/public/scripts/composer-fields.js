// What is typed in the composer's form, and what happens when it was drawn again.

const fieldsOf = (form) =>
  [...new FormData(form)].filter(([name]) => name !== 'marks' && name !== 'by')
// What the server or the view changes isn't something that a person typed.
const notTyped =
  /^(version|left|key|post|preview|find|aside|edit_at|twice|tab|split|pane|new_label|caption|utm\..*|position\..*)$/
const typedIn = (form) => JSON.stringify(fieldsOf(form).filter(([name]) => !notTyped.test(name)))
const isText = 'textarea, input[type=text], input[type=url], input:not([type])'
const hasWords = (form) =>
  fieldsOf(form).some(([name]) => name === 'media' || name === 'add') ||
  [...form.querySelectorAll(isText)].some(({ name, value }) => !notTyped.test(name) && value.trim())

/** Makes what was drawn work, as after an answer that htmx swapped. */
const drawnAgain = (part) => {
  window.htmx.process(part)
  part.dispatchEvent(new CustomEvent('htmx:after:settle', { bubbles: true }))
}

window.composerFields = { fieldsOf, typedIn, hasWords, drawnAgain }
