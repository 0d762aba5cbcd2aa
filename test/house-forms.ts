import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { productFolders } from './house-rules.ts'

/** Rules for what every form must contain and how rows are locked. test/house.test.ts runs them. */
const root = fileURLToPath(new URL('../', import.meta.url))
const source = (name: string): string => readFileSync(join(root, name), 'utf8')
const filesOf = (folder: string, kind: string): { name: string; text: string }[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(kind))
    .map((name) => ({ name: join(folder, name), text: source(join(folder, name)) }))
const forms = filesOf('web/views', '.eta').flatMap(({ name, text }) =>
  (text.match(/<form\b[^>]*method="post"[\s\S]*?<\/form>/g) ?? []).map((form) => ({ name, form })),
)

/**
 * Whether a form changes an existing post, judged by its file. Duplicating changes nothing in the
 * original.
 */
const changesPost = (name: string, form: string): boolean =>
  (/^web\/views\/(posts|today)\//.test(name) || name === 'web/views/pause/show.eta') &&
  !/action="[^"]*\/duplicate"/.test(form) &&
  !/action="<%= at %>"/.test(form) // starts a pause

test('every form that changes a post contains the version that it is based on', () => {
  const found = forms.filter(({ name, form }) => changesPost(name, form))
  expect(found.length).toBeGreaterThanOrEqual(12)
  const without = found.filter(({ form }) => !/name="version|include\('\.\/_seen'/.test(form))
  expect(without.map(({ name }) => name)).toEqual([])
})

test('every form with a time contains the time zone that it was shown in', () => {
  const timed = filesOf('web/views', '.eta').filter(({ text }) =>
    /type="datetime-local"|name="clock"/.test(text),
  )
  expect(timed.length).toBeGreaterThanOrEqual(3)
  expect(timed.filter(({ text }) => !text.includes('name="zone"')).map(({ name }) => name)).toEqual(
    [],
  )
})

/**
 * Actions that create nothing, by the end of their address: they change or end something, or a
 * second request is refused or has the same result (one export at a time, one email per wait, a code
 * for an app that expires in a minute). All
 * other forms need a key.
 */
const makesNothing = new RegExp(
  `/(${[
    'seen|unseen|dismiss|restore|ask|sign-in|sign-out|end|end-others|pause|bind|again|move|retry|leave|cancel|stop|now|discard|undo|choose|check|disconnect',
    'approve|changes|withdraw|reviews|resolve|reopen',
    'authorize|change|link|code|passkey|passkeys|authenticator|rename|recovery-codes|second-factor|confirm',
    'events',
    'theme|dates|shortcuts|name|email|password|notices|deactivate|reactivate|export|delete|alt-text|password-reset|data-deletion|revoke|role|remove',
  ].join('|')})$`,
)
/**
 * Undo of an action that the page has just confirmed. The addresses are in web/pages/said.ts, and
 * none of them creates anything.
 */
const undoes = /^web\/views\/_said\.eta \/w\/\*\/\*$/
/**
 * Forms that post to their own page's address: links that work once, settings, and repeated
 * confirmations.
 */
const ownAddress =
  /^web\/views\/(account|sign-in|settings|data-deletion|password-reset|invitations|pause)\/|^web\/views\/posts\/changed\.eta$/

test('every form that creates something contains a key, so that sending it twice creates one thing', () => {
  const addressed = forms.map(({ name, form }) => ({
    name,
    address: (form.match(/action="((?:<%=[\s\S]*?%>|[^"])*)"/)?.[1] ?? '').replace(
      /<%=[\s\S]*?%>/g,
      '*',
    ),
    keyed: /name="key"|include\('\/_key'\)/.test(form),
  }))
  const open = addressed.filter(({ address, name, keyed }) => {
    const isOwn = address === '*' && ownAddress.test(name)
    return !keyed && !isOwn && !makesNothing.test(address) && !undoes.test(`${name} ${address}`)
  })
  expect(open.map(({ name, address }) => `${name} ${address}`)).toEqual([])
  expect(addressed.filter(({ keyed }) => keyed).length).toBeGreaterThanOrEqual(5)
})

test('everything that can be dragged to another time has its version, and its calendar the time zone', () => {
  const draggable = filesOf('web/views', '.eta').filter(({ text }) => text.includes('data-move='))
  expect(draggable.map(({ name }) => name)).toEqual(['web/views/calendar/_chip.eta'])
  expect(
    draggable.filter(({ text }) => !text.includes('data-version=')).map(({ name }) => name),
  ).toEqual([])
  expect(source('web/views/calendar/_grid.eta')).toContain('data-zone=')
})

test('rows that others refer to are locked for no key update, so that a notification about them can still be written', () => {
  const locks = productFolders.flatMap((folder) => filesOf(folder, '.ts'))
  const strong = locks.filter(({ text }) =>
    /for update(?! skip locked)/.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
  )
  expect(strong.map(({ name }) => name)).toEqual([])
})
