// Highlights the current section in the table of contents of a long public page. Without this
// script, the contents are plain links.
const contents = document.querySelector('.policy-contents')
if (contents) {
  const links = [...contents.querySelectorAll('a[href^="#"]')]
  const mark = (id) => {
    for (const link of links) {
      if (link.hash === `#${id}`) link.setAttribute('aria-current', 'true')
      else link.removeAttribute('aria-current')
    }
  }
  const headings = [...document.querySelectorAll('.policy h2[id]')]
  const current = () =>
    headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3).at(-1) ??
    headings[0]
  const update = () => mark(current().id)
  document.addEventListener('scroll', update, { passive: true })
  update()

  // On a phone, following a link closes the table of contents.
  contents.addEventListener('click', (event) => {
    if (event.target.closest?.('a'))
      for (const details of contents.querySelectorAll('details')) details.open = false
  })
}

// Opens collapsed sections for printing.
let folded = []
addEventListener('beforeprint', () => {
  folded = [...document.querySelectorAll('.policy details:not([open])')]
  for (const details of folded) details.open = true
})
addEventListener('afterprint', () => {
  for (const details of folded) details.open = false
})
