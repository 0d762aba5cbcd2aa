import { Hono } from 'hono'
import { html } from 'hono/html'
import { foreignReason } from '../sandbox/foreign.ts'
import type { Mail, MailStore } from './store.ts'

/**
 * Emails contain untrusted content. Pages load and run nothing, and show HTML in a frame that can't
 * either.
 */
const policy =
  "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
const framePolicy =
  "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** The pages of the mailbox, newest email first. /mails.json has the same for programs. */
export function mailboxPages(store: MailStore): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    const why = foreignReason({ method: c.req.method, header: (name) => c.req.header(name) })
    if (why) return c.text(why, 403)
    await next()
    if (!c.res.headers.has('content-security-policy')) c.header('content-security-policy', policy)
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
  })
  app.get('/', async (c) => c.html(page('Mailbox', list(await store.list()))))
  app.get('/mails.json', async (c) => c.json(await store.list()))
  app.get('/style.css', (c) => c.body(style, 200, { 'content-type': 'text/css' }))
  app.get('/mails/:id', async (c) => {
    const mail = await store.find(c.req.param('id'))
    return mail
      ? c.html(page(mail.subject, show(mail)))
      : c.html(page('Not here', html`<p>There is no such email.</p>`), 404)
  })
  app.get('/mails/:id/html', async (c) => {
    const mail = await store.find(c.req.param('id'))
    if (!mail?.html) return c.notFound()
    return c.body(`<base target="_blank">${mail.html}`, 200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': framePolicy,
    })
  })
  app.get('/mails/:id/source', (c) => {
    const source = store.source(c.req.param('id'))
    return source ? c.text(source) : c.notFound()
  })
  return app
}

type Html = ReturnType<typeof html>

function page(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><link rel="stylesheet" href="/style.css"></head>
<body><main>${body}</main></body>
</html>`
}

function list(mails: Mail[]): Html {
  if (mails.length === 0)
    return html`<h1>Mailbox</h1><p>No emails yet. Everything CrateSocial sends from this machine arrives here and goes no further.</p>`
  return html`<h1>Mailbox</h1>
<table>
<thead><tr><th>Subject</th><th>To</th><th>Received (UTC)</th></tr></thead>
<tbody>${mails.map((mail) => html`<tr><td><a href="/mails/${mail.id}">${mail.subject || '(no subject)'}</a></td><td>${mail.to}</td><td>${mail.receivedAt}</td></tr>`)}</tbody>
</table>`
}

function show(mail: Mail): Html {
  return html`<p><a href="/">All emails</a></p>
<h1>${mail.subject || '(no subject)'}</h1>
<dl><dt>From</dt><dd>${mail.from}</dd><dt>To</dt><dd>${mail.to}</dd><dt>Received</dt><dd>${mail.receivedAt} UTC</dd></dl>
<pre>${linked(mail.text)}</pre>
${mail.html ? html`<h2>As HTML</h2><iframe src="/mails/${mail.id}/html" title="The mail as HTML" sandbox="allow-popups"></iframe>` : ''}
<p><a href="/mails/${mail.id}/source">Source</a></p>`
}

/** Turns URLs in a text into links. The template escapes everything in between. */
function linked(text: string): Html[] {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, index) => (index % 2 ? html`<a href="${part}">${part}</a>` : html`${part}`))
}

const style = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { width: 100%; border-collapse: collapse }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid color-mix(in srgb, currentcolor 20%, transparent); overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem } dd { margin: 0 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; border-left: 3px solid; padding-left: 1rem }
iframe { width: 100%; height: 30rem; border: 1px solid; background: white }
`
