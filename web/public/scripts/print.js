// Printing needs a script, so the button is hidden without one.
const offerPrint = (root) => {
  for (const button of root.querySelectorAll('[data-print][hidden]')) button.hidden = false
}
offerPrint(document)
document.addEventListener('htmx:after:settle', () => offerPrint(document))
document.addEventListener('click', (event) => {
  if (event.target.closest?.('[data-print]')) window.print()
})
