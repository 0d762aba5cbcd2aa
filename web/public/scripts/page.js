// Small improvements for every page. Each page also works without this script.

// Focuses the first invalid field after a form came back with errors.
const focusFirstError = () => document.querySelector('main [aria-invalid="true"]')?.focus()
focusFirstError()
document.addEventListener('htmx:after:settle', (event) => {
  if (event.target.querySelector?.('[aria-invalid="true"]')) focusFirstError()
})

// Removes the message from the URL, so that reloading the page doesn't show it again.
const address = new URL(location.href)
if (address.searchParams.has('said') || address.searchParams.has('did')) {
  address.searchParams.delete('said')
  address.searchParams.delete('did')
  address.searchParams.delete('undo')
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

// Closes open menus on a click elsewhere or Esc, which gives the focus back.
const menus = 'details:is(.more, .switcher, .person)'
const closeOpenMenus = (except) => {
  for (const menu of document.querySelectorAll(`${menus}[open]`))
    if (menu !== except) menu.open = false
}
document.addEventListener('click', (event) => closeOpenMenus(event.target.closest?.(menus)))
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  document.activeElement?.closest(`${menus}[open]`)?.querySelector('summary').focus()
  closeOpenMenus()
})

// Follows the link of a key, such as N for a new post, unless someone is typing.
document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.repeat || event.isComposing) return
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const typing = event.target.closest?.('input, select, textarea, dialog, [contenteditable]')
  if (typing || document.querySelector('dialog[open]')) return
  document.querySelector(`a[data-key="${CSS.escape(event.key.toLowerCase())}"]`)?.click()
})

// Prevents a form from being submitted twice. The button works again after a failed htmx request or
// Back.
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

// Preselects the browser's time zone for a new workspace, under its current name.
const zone = document.querySelector('[data-browser-zone]')
if (zone?.value === '') {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone
  const options = [...document.querySelectorAll('#zones option')]
  const found = options.find(
    (option) => option.value === here || option.dataset.also?.split(' ').includes(here),
  )
  if (found) zone.value = found.value
}
