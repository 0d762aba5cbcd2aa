// Small courtesies of every page; each works without this file too.

// After a form came back with errors, the first wrong field has the focus.
const focusFirstError = () => document.querySelector('main [aria-invalid="true"]')?.focus()
focusFirstError()
document.addEventListener('htmx:after:settle', (event) => {
  if (event.target.querySelector?.('[aria-invalid="true"]')) focusFirstError()
})

// What was said is said once: a reload of the address does not say it again.
const address = new URL(location.href)
if (address.searchParams.has('said') || address.searchParams.has('did')) {
  address.searchParams.delete('said')
  address.searchParams.delete('did')
  history.replaceState(history.state, '', address)
}

// A button that copies the field it names.
document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-copy]')
  if (!button) return
  const field = document.getElementById(button.dataset.copy)
  field.select()
  await navigator.clipboard.writeText(field.value)
  button.textContent = 'Copied'
})

// Menus that open close again with a click elsewhere or Esc.
const closeOpenMenus = (except) => {
  for (const menu of document.querySelectorAll('details.more[open], details.switcher[open]'))
    if (menu !== except) menu.open = false
}
document.addEventListener('click', (event) => {
  if (!event.target.closest?.('details.more, details.switcher')) closeOpenMenus()
})
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') closeOpenMenus()
})

// A form is sent once, however often its button is pressed; a failed answer of htmx or Back gives the button back.
const onceButtons = (root) => root.querySelectorAll('button[data-once]')
document.addEventListener('submit', (event) => {
  const [button] = onceButtons(event.target)
  if (event.defaultPrevented || !button) return
  if (button.getAttribute('aria-busy') === 'true') return event.preventDefault()
  button.setAttribute('aria-busy', 'true')
})
const giveBack = () => {
  for (const button of onceButtons(document)) button.removeAttribute('aria-busy')
}
addEventListener('pageshow', giveBack)
document.addEventListener('htmx:finally:request', giveBack)
