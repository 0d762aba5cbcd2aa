// Saves the composer while a person writes, without leaving the page: on the server about a second
// after a pause, and until then in the browser (kept-words.js). Without this script, the form is
// saved with its buttons.

const pauseMs = 1000
const longestMs = 5000 // for someone who doesn't pause
const keepMs = 30
const leavingMaxBytes = 60_000 // what a browser sends for a page that is closing

/** What is known about the composer on this page. Null on all other pages. */
let page = null
const { fieldsOf, typedIn, hasWords, drawnAgain } = window.composerFields
const { line, say, linkTo, buttonFor } = window.saveState
const isUnsaved = () =>
  page !== null && typedIn(page.form) !== page.saved && (page.post !== '' || hasWords(page.form))

const inBrowser = () =>
  page.copies && page.isKept !== false ? 'Saved in this browser' : 'Not saved yet'

/** Writes what the server answered into the form, also after it was drawn again. */
const setField = (name, value) => {
  let field = page.form.querySelector(`:scope > [name="${name}"]`)
  if (!field && value === '') return
  if (!field) {
    field = Object.assign(document.createElement('input'), { type: 'hidden', name })
    page.form.prepend(field)
  }
  if (value === '') field.remove()
  else field.value = value
}
const setFields = () => {
  for (const name of ['version', 'post', 'key', 'edit_at']) setField(name, page[name])
  page.form.action = page.post ? `${page.posts}/${page.post}` : page.posts
}
document.addEventListener('htmx:after:swap', () => page?.form.isConnected && setFields())

const keep = async () => {
  if (!page) return
  const { copies, key, post, form } = page
  if (copies && isUnsaved()) page.isKept = await copies.put(key, { post, fields: fieldsOf(form) })
  else await copies?.drop(key)
}

let isKeeping = false
const keepNow = () => {
  isKeeping = false
  return keep()
}
let pausing
let changedAt = 0
const changed = () => {
  if (!page) return
  changedAt ||= Date.now()
  if (!isKeeping) setTimeout(keepNow, keepMs)
  isKeeping = true
  clearTimeout(pausing)
  pausing = setTimeout(save, Math.max(0, Math.min(pauseMs, changedAt + longestMs - Date.now())))
}
for (const name of ['input', 'change'])
  document.addEventListener(name, ({ target }) => page?.form.contains(target) && changed())

let sending = null
/** Resolves to whether the server has everything. `always`: asks it even if nothing has changed. */
const save = ({ always = false } = {}) => {
  clearTimeout(pausing)
  if (!page || (!always && !sending && !isUnsaved())) return Promise.resolve(true)
  sending ??= send().finally(() => {
    sending = null
  })
  return sending
}

const send = async () => {
  const { form, person } = page
  const sent = typedIn(form)
  changedAt = 0
  const body = new URLSearchParams(fieldsOf(form))
  body.set('by', person)
  const saying = setTimeout(() => say('saving', 'Saving…'), 300)
  const answer = await fetch(page.save, {
    method: 'POST',
    body,
    headers: { 'HX-Request-Type': 'partial' },
    keepalive: body.toString().length < leavingMaxBytes,
  }).catch(() => null)
  clearTimeout(saying)
  if (page?.form !== form) return false // the form was replaced meanwhile
  const isJson = answer?.headers.get('Content-Type')?.startsWith('application/json')
  if (answer?.status === 200 && isJson) return took(await answer.json(), sent)
  if (answer?.status === 204) return true
  if (answer?.status === 401) return signIn(answer.headers.get('HX-Redirect'))
  if (answer?.status === 403) return leave()
  if (answer?.status === 404) return isJson ? startAnew() : refused()
  return answer && answer.status < 500 && answer.status !== 429 ? refused() : retryLater(answer)
}

const took = (result, sent) => {
  const { as, at, words } = result
  const isNew = page.post === ''
  Object.assign(page, { post: result.postId, saved: sent, failures: 0 })
  page.version = String(result.version)
  page.edit_at = result.editAt ?? ''
  setFields()
  void keep()
  if (isNew) history.replaceState(history.state, '', `${at}/edit`)
  if (as === 'changed') say('changed', words, linkTo('Compare', `${at}/edit`))
  else if (as === 'twice') say('changed', words, linkTo('Compare', `${at}/versions`))
  else say('saved', [page.news, words].filter(Boolean).join(' '))
  page.news = ''
  if (isUnsaved()) changed()
  return !isUnsaved()
}

/** Someone deleted the draft, so what is typed becomes a new one. */
const startAnew = () => {
  page.copies?.drop(page.key)
  Object.assign(page, { post: '', version: '0', edit_at: '', key: crypto.randomUUID() })
  setFields()
  page.news = 'This draft was deleted. What you typed here is a new draft.'
  return send()
}

const refused = () => {
  void keep()
  say('bad', `The server can’t save this. ${inBrowser()}. Shorten it, or reload the page.`)
  return false
}

const retryLater = (answer) => {
  page.failures += 1
  void keep()
  const why = answer ? 'The server can’t save right now' : 'No connection'
  say('offline', `${why}. ${inBrowser()}, trying again`)
  pausing = setTimeout(save, Math.min(30_000, 1000 * 2 ** page.failures))
  return false
}
addEventListener('online', () => save())

/** The session has ended. The panel opens over the page, and saving goes on after it. */
const signIn = async (given) => {
  void keep()
  say(
    'bad',
    `You’re signed out. ${inBrowser()}.`,
    buttonFor('Sign in', () => signIn(given)),
  )
  const [path] = (given ?? '/sign-in').split('?')
  const next = `?next=${encodeURIComponent(location.pathname)}`
  if (!/^\/(sign-in|confirm)/.test(path)) {
    say('bad', `${inBrowser()}.`, linkTo('Set up two-step sign-in to keep saving', path))
    return false
  }
  if (!(await window.askToSignIn(path + next, page.passkeys))) return false
  say('saving', 'Saving…')
  return send()
}
// Otherwise htmx would leave for the sign-in page in the middle of a word.
document.addEventListener('htmx:before:response', (event) => {
  const { response } = event.detail.ctx
  if (!page || response?.status !== 401) return
  event.preventDefault()
  void save({ always: true })
})

/** Someone else has signed in here: nothing of this page is theirs. */
const leave = () => {
  page = null
  document.body.replaceChildren()
  location.replace('/')
  return false
}

const doneWords = { save: 'saved', schedule: 'scheduled', now: 'published' }
let passing = false
document.addEventListener('submit', async (event) => {
  const { target: form, submitter } = event
  if (!page || form !== page.form || event.defaultPrevented || passing) return
  event.preventDefault()
  if (page.isBusy) return
  page.isBusy = true
  try {
    if (submitter?.hasAttribute('formaction')) await goOn(form, submitter)
    else await submit(form, submitter)
  } finally {
    if (page) page.isBusy = false
  }
})

/** To a page that takes the words along, such as the editor's: only once the server has them. */
const goOn = async (form, submitter) => {
  await sending
  if (!(await save({ always: true }))) return
  passing = true
  form.requestSubmit(submitter)
  passing = false
}

const submit = async (form, submitter) => {
  await sending
  clearTimeout(pausing)
  const body = new URLSearchParams(new FormData(form, submitter))
  body.set('by', page.person)
  const [act] = (submitter?.value ?? '').split(':')
  if (doneWords[act]) say('saving', 'Saving…')
  const answer = await fetch(form.action, {
    method: 'POST',
    body,
    headers: { 'HX-Request': 'true' },
    redirect: 'manual',
  }).catch(() => null)
  if (answer?.type === 'opaqueredirect') {
    // The server wants to know who this is. Saving asks for it.
    if (await save({ always: true }))
      say('changed', `You’re signed in again. Choose “${submitter.textContent.trim()}” once more.`)
    return
  }
  const to = answer?.headers.get('HX-Location')
  if (to) {
    await page.copies?.drop(page.key)
    page = null
    return location.assign(to)
  }
  if (answer && [200, 409, 422].includes(answer.status)) return redraw(await answer.text())
  if (answer?.status === 403) return leave()
  void keep()
  const why = answer ? 'The server didn’t answer' : 'No connection'
  say('bad', `${why}, so nothing was ${doneWords[act] ?? 'done'}. ${inBrowser()}. Try again.`)
}

/** Shows the page that the server answered with, such as one with errors. */
const redraw = (html) => {
  const { copies, key } = page
  const drawn = new DOMParser().parseFromString(html, 'text/html')
  const main = document.getElementById('main')
  main.replaceChildren(...drawn.getElementById('main').childNodes)
  document.title = drawn.title
  start({ copies, isSaved: false })
  if (page?.key !== key) copies?.drop(key)
  drawnAgain(main)
  scrollTo(0, 0)
}

addEventListener('beforeunload', (event) => {
  if (!isUnsaved()) return
  void keep()
  event.preventDefault()
})
addEventListener('pagehide', () => save())
document.addEventListener('visibilitychange', () => document.hidden && save())
document.addEventListener('keydown', (event) => {
  if (!page || event.key !== 's' || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  void save({ always: true })
})

/** Brings back what an earlier page didn't get to the server. */
const bringBack = async () => {
  const { form, copies, post, key } = page
  const copy = await copies.takeOver(post, key)
  if (!copy) return
  const typed = typedIn(form)
  const answer = await fetch(form.dataset.check, {
    method: 'POST',
    body: new URLSearchParams(copy.fields),
    headers: { 'HX-Request-Type': 'partial' },
  }).catch(() => null)
  if (page?.form !== form || typedIn(form) !== typed || !answer?.ok) return
  const drawn = new DOMParser().parseFromString(await answer.text(), 'text/html')
  form.replaceChildren(...drawn.getElementById('composer').childNodes)
  const { version, edit_at: editAt = '' } = Object.fromEntries(copy.fields)
  Object.assign(page, { key: copy.id, version, edit_at: editAt, saved: null })
  page.news = 'We brought back what you typed here before.'
  setFields()
  drawnAgain(form)
  say('saved', page.news)
  await save()
}

const start = ({ copies, isSaved = true } = {}) => {
  const form = document.getElementById('composer')
  page = null
  if (!form || !line()) return
  form.autocomplete = 'off' // the browser would bring back half of it, with an older version
  const value = (name) => form.querySelector(`:scope > [name="${name}"]`)?.value ?? ''
  const { person, save: address, passkeys, wordsKey } = line().dataset
  const names = ['post', 'version', 'key', 'edit_at']
  page = {
    ...Object.fromEntries(names.map((name) => [name, value(name)])),
    ...{ form, person, passkeys, save: address, posts: address.replace(/\/autosave$/, '') },
    ...{ copies: copies ?? null, saved: isSaved ? typedIn(form) : null, failures: 0 },
  }
  window.holdComposer(page.key)
  if (!isSaved) return changed()
  const now = page
  window.keptWords(person, address, wordsKey).then((found) => {
    now.copies = found
    if (found && page === now) return bringBack()
  })
}
start()
