// Forms that are signed with a passkey: requests options from the server, asks the browser for the
// passkey, and submits the result with the form.
const library = () => window.SimpleWebAuthnBrowser

window.offerPasskeys = (root) => {
  const isSupported = library()?.browserSupportsWebAuthn()
  for (const form of root.querySelectorAll('form[data-passkey]')) {
    if (!isSupported) {
      if (form.hidden) form.remove()
      continue
    }
    form.hidden = false
    // A page has one primary button. If a passkey is offered first, the password's button becomes
    // secondary.
    if (form.querySelector('.primary'))
      for (const button of root.querySelectorAll('[data-gives-way]'))
        button.classList.remove('primary')
  }
}
window.offerPasskeys(document)

const words = {
  NotAllowedError: 'Canceled, or it took too long. Try again.',
  InvalidStateError: 'This device already has a passkey for your account.',
}
const sayFault = (form, error) => {
  const line = form.querySelector('[data-passkey-error]')
  line.textContent = words[error.name] ?? 'The passkey couldn’t be used. Try again.'
  line.hidden = false
}

document.addEventListener('submit', async (event) => {
  const form = event.target
  if (!form.matches('form[data-passkey]')) return
  const answer = form.querySelector('[data-passkey-answer], input[name=answer]')
  if (answer.value) return
  event.preventDefault()
  try {
    const given = await fetch(form.dataset.options, { method: 'POST' })
    if (!given.ok) throw new Error('no options')
    const optionsJSON = await given.json()
    const { startAuthentication, startRegistration } = library()
    const start = form.dataset.passkey === 'create' ? startRegistration : startAuthentication
    answer.value = JSON.stringify(await start({ optionsJSON }))
    form.requestSubmit()
  } catch (error) {
    sayFault(form, error)
  }
})

// Six boxes are drawn behind the single code field. It accepts digits only and submits its form
// when complete.
const showAt = (field) => {
  field.parentElement.dataset.at = field.value.length
}
for (const field of document.querySelectorAll('.code-boxes > input')) showAt(field)
document.addEventListener('input', (event) => {
  const field = event.target
  if (!field.dataset?.submitAt) return
  field.value = field.value.replace(/\D/g, '').slice(0, 6)
  showAt(field)
  if (field.value.length === Number(field.dataset.submitAt)) field.form.requestSubmit()
})

// A button that shows or hides a typed password.
for (const eye of document.querySelectorAll('[data-eye][hidden]')) eye.hidden = false
document.addEventListener('click', (event) => {
  const eye = event.target.closest?.('[data-eye]')
  if (!eye) return
  const field = document.getElementById(eye.dataset.eye)
  const isShown = field.type === 'password'
  field.type = isShown ? 'text' : 'password'
  eye.setAttribute('aria-pressed', String(isShown))
  const use = eye.querySelector('use')
  use.setAttribute('href', use.getAttribute('href').replace(/#.*/, isShown ? '#eye-off' : '#eye'))
})
// Hides passwords before submitting, because browsers offer to save only password fields.
document.addEventListener('submit', () => {
  for (const eye of document.querySelectorAll('[data-eye][aria-pressed="true"]'))
    document.getElementById(eye.dataset.eye).type = 'password'
})
