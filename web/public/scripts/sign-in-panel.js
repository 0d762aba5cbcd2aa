// Signs in again over a page whose session has ended, so that nothing on it is lost. Shows the forms
// of the sign-in pages, with the second step.

const headers = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' }
let asking = null

/** Resolves to true once someone has signed in, and to false if the panel was closed. */
window.askToSignIn = (address, passkeys) => {
  asking ??= openPanel(address, passkeys).finally(() => {
    asking = null
  })
  return asking
}

const answerIn = (form) => form.querySelector('[data-passkey-answer], input[name=answer]')

const openPanel = async (address, passkeys) => {
  if (!window.SimpleWebAuthnBrowser) await loadScript(passkeys)
  const next = new URL(address, location.href).searchParams.get('next') ?? '/'
  const dialog = Object.assign(document.createElement('dialog'), { className: 'sign-in-panel' })
  dialog.setAttribute('aria-labelledby', 'sign-in-panel-title')
  dialog.innerHTML =
    '<h2 id="sign-in-panel-title">You were signed out</h2><p>Sign in to keep saving. What you typed stays on this page.</p><div class="sign-in-panel-form"></div><p class="sign-in-panel-ways"><a target="_blank" rel="noopener">Sign in in a new tab</a> <button type="button" class="quiet">Cancel</button></p>'
  dialog.querySelector('a').href = `/sign-in?next=${encodeURIComponent('/account')}`
  const form = dialog.querySelector('.sign-in-panel-form')

  return new Promise((resolve) => {
    const end = (isSignedIn) => {
      removeEventListener('focus', look)
      dialog.dataset.done = isSignedIn
      dialog.close()
    }
    const show = async (url, init) => {
      let answer
      try {
        answer = await fetch(url, { ...init, headers })
      } catch {
        form.insertAdjacentHTML('afterbegin', '<p class="notice bad" role="alert"></p>')
        form.firstElementChild.textContent = 'No connection. Try again when it’s back.'
        return
      }
      const to = answer.headers.get('HX-Location')
      // A page that isn't about signing in: someone already has, in another tab.
      const isAway = answer.redirected && !new URL(answer.url).pathname.startsWith('/sign-in')
      if (isAway || to === next || (to && !/^\/(sign-in|confirm)/.test(to))) return end(true)
      if (to) return show(to)
      form.innerHTML = await answer.text()
      form.querySelector('title')?.remove()
      window.offerPasskeys(form)
      form
        .querySelector('[aria-invalid="true"], form:not([hidden]) input:not([type=hidden])')
        ?.focus()
    }
    // Someone may have signed in in the new tab.
    const look = async () => {
      const answer = await fetch('/sign-in', { headers }).catch(() => null)
      if (answer?.redirected) end(true)
    }
    dialog.querySelector('button.quiet').addEventListener('click', () => end(false))
    form.addEventListener('submit', (event) => {
      if (event.defaultPrevented) return
      const { target, submitter } = event
      if (target.matches('[data-passkey]') && !answerIn(target).value) return
      event.preventDefault()
      // Canceling the second step would delete what this browser keeps.
      if (target.getAttribute('action') === '/sign-out') return end(false)
      void show(target.action, {
        method: 'POST',
        body: new URLSearchParams(new FormData(target, submitter)),
      })
    })
    form.addEventListener('click', (event) => {
      const link = event.target.closest('a')
      if (!link) return
      event.preventDefault()
      if (link.pathname.startsWith('/sign-in')) void show(link.href)
      else window.open(link.href, '_blank', 'noopener')
    })
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(dialog.dataset.done === 'true')
    })
    document.body.append(dialog)
    dialog.showModal()
    addEventListener('focus', look)
    void show(address)
  })
}

const loadScript = (address) =>
  new Promise((resolve) => {
    const script = Object.assign(document.createElement('script'), { src: address })
    script.onload = resolve
    script.onerror = resolve // passwords work without it
    document.head.append(script)
  })
