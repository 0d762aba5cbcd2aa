// A click on a post opens it over the calendar. Without this script, and with a modifier key, the
// link opens its page.
const dialog = document.getElementById('quick')

const open = async (link) => {
  const { here } = document.getElementById('calendar').dataset
  try {
    const answer = await fetch(`${link.pathname}?part=quick&back=${encodeURIComponent(here)}`)
    if (!answer.ok || answer.redirected) return location.assign(link.href)
    dialog.innerHTML = await answer.text()
  } catch {
    return location.assign(link.href)
  }
  document.dispatchEvent(new CustomEvent('calendar-shown', { detail: dialog }))
  dialog.showModal()
}

document.addEventListener('click', async (event) => {
  const link = event.target.closest?.('a[data-quick]')
  if (!link || event.button > 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return
  event.preventDefault()
  await open(link)
})
dialog?.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close()
})
