import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { productFolders } from './house-rules.ts'

/** What every form must carry, and how rows are locked: rules of the house that a machine can see; test/house.test.ts runs them. */
const root = fileURLToPath(new URL('../', import.meta.url))
const source = (name: string): string => readFileSync(join(root, name), 'utf8')
const filesOf = (folder: string, kind: string): { name: string; text: string }[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(kind))
    .map((name) => ({ name: join(folder, name), text: source(join(folder, name)) }))
const forms = filesOf('web/views', '.eta').flatMap(({ name, text }) =>
  (text.match(/<form\b[^>]*method="post"[\s\S]*?<\/form>/g) ?? []).map((form) => ({ name, form })),
)

/** Forms that do something to a post which exists, by their file; a duplicate changes nothing of what it copies. */
const changesPost = (name: string, form: string): boolean =>
  (/^web\/views\/(posts|today)\//.test(name) || name === 'web/views/pause/show.eta') &&
  !/action="[^"]*\/duplicate"/.test(form) &&
  !/action="<%= at %>"/.test(form) // begins a pause

test('every form that changes a post carries the version that it was made from', () => {
  const found = forms.filter(({ name, form }) => changesPost(name, form))
  expect(found.length).toBeGreaterThanOrEqual(12)
  const without = found.filter(({ form }) => !/name="version|include\('\.\/_seen'/.test(form))
  expect(without.map(({ name }) => name)).toEqual([])
})

test('every form with a time carries the zone that it was shown in', () => {
  const timed = filesOf('web/views', '.eta').filter(({ text }) => text.includes('type="datetime-local"'))
  expect(timed.length).toBeGreaterThanOrEqual(3)
  expect(timed.filter(({ text }) => !text.includes('name="zone"')).map(({ name }) => name)).toEqual([])
})

/**
 * Acts that make nothing new, by the end of their address: they change or end what is there, or are refused or answered alike when they
 * come twice (one export at a time, one mail for each wait). A form that is not among them carries a key.
 */
const makesNothing = new RegExp(
  `/(${[
    'seen|unseen|dismiss|restore|ask|sign-in|sign-out|end|end-others|pause|bind|again|move|retry|leave|cancel|now|discard|undo|choose|check|disconnect',
    'link|code|passkey|passkeys|authenticator|rename|recovery-codes|second-factor|confirm',
    'theme|name|email|password|notices|deactivate|reactivate|export|delete|password-reset|data-deletion|revoke|role|remove',
  ].join('|')})$`,
)
/** Undo of what a page says was done: web/pages/said.ts has its addresses, none of which makes something. */
const undoes = /^web\/views\/_said\.eta \/w\/\*\/\*$/
/** Forms that answer to the address of their own page: links that work once, settings, and a question asked again. */
const ownAddress =
  /^web\/views\/(account|sign-in|settings|data-deletion|password-reset|invitations|pause)\/|^web\/views\/posts\/changed\.eta$/

test('every form that makes something carries a key, so that sending it twice makes one thing', () => {
  const addressed = forms.map(({ name, form }) => ({
    name,
    address: (form.match(/action="((?:<%=[\s\S]*?%>|[^"])*)"/)?.[1] ?? '').replace(/<%=[\s\S]*?%>/g, '*'),
    keyed: /name="key"|include\('\/_key'\)/.test(form),
  }))
  const open = addressed.filter(({ address, name, keyed }) => {
    const isOwn = address === '*' && ownAddress.test(name)
    return !keyed && !isOwn && !makesNothing.test(address) && !undoes.test(`${name} ${address}`)
  })
  expect(open.map(({ name, address }) => `${name} ${address}`)).toEqual([])
  expect(addressed.filter(({ keyed }) => keyed).length).toBeGreaterThanOrEqual(5)
})

test('what can be dragged to another time carries its version, and its calendar the zone', () => {
  const draggable = filesOf('web/views', '.eta').filter(({ text }) => text.includes('data-move='))
  expect(draggable.length).toBeGreaterThanOrEqual(2)
  expect(draggable.filter(({ text }) => !text.includes('data-version=')).map(({ name }) => name)).toEqual([])
  expect(source('web/views/calendar/_grid.eta')).toContain('data-zone=')
})

test('rows that others refer to are locked for no key update, so that a notice about them can still be written', () => {
  const locks = productFolders.flatMap((folder) => filesOf(folder, '.ts'))
  const strong = locks.filter(({ text }) => /for update(?! skip locked)/.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')))
  expect(strong.map(({ name }) => name)).toEqual([])
})
