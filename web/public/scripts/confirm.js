// Asks before an action that can't be undone: `data-confirm` on a plain form or its button,
// `hx-confirm` on an htmx element.
const dialog = () => document.getElementById('confirm')

const ask = (words, yes) =>
  new Promise((resolve) => {
    const box = dialog()
    box.querySelector('p').textContent = words
    box.querySelector('[value=yes]').textContent = yes || 'Yes'
    box.returnValue = ''
    box.addEventListener('close', () => resolve(box.returnValue === 'yes'), { once: true })
    box.showModal()
  })

document.addEventListener(
  'submit',
  async (event) => {
    const form = event.target
    const asker = event.submitter?.dataset.confirm ? event.submitter : form
    if (!asker.dataset?.confirm || form.dataset.confirmed) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (!(await ask(asker.dataset.confirm, asker.dataset.yes))) return
    form.dataset.confirmed = 'yes'
    form.requestSubmit(event.submitter)
    delete form.dataset.confirmed
  },
  true,
)

document.addEventListener('htmx:confirm', async (event) => {
  event.preventDefault()
  const { ctx, issueRequest, dropRequest } = event.detail
  const yes = await ask(ctx.confirm, ctx.sourceElement?.dataset?.yes)
  yes ? issueRequest() : dropRequest()
})
