import type { Context, Handler } from 'hono'
import { page } from '../../views.ts'
import type { SandboxEnv } from '../../world.ts'
import type { Meta } from '../meta.ts'
import type { Person } from '../state.ts'
import { removeApp, requestDeletion } from './removal.ts'

/** The page's path on the website, without the host's prefix. */
export const appsPath = '/settings/applications'

/**
 * GET: a person's settings, "Apps and websites": connected apps, removed apps and their responses.
 * First asks who the person is.
 */
export function appsPage(meta: Meta): Handler<SandboxEnv> {
  return (c) => {
    const person = meta.state.people[c.req.query('person') ?? '']
    if (!person)
      return c.html(
        page('meta-apps-people', {
          title: 'Apps and websites',
          people: Object.values(meta.state.people),
          path: c.req.path,
        }),
      )
    return c.html(
      page('meta-apps', {
        title: 'Apps and websites',
        skin: 'facebook',
        ...describe(meta, person),
        path: c.req.path,
      }),
    )
  }
}

/**
 * POST to the same path: `act` is `remove` or `request`. Waits for the app's response, as Facebook
 * does.
 */
export function appsDecision(meta: Meta): Handler<SandboxEnv> {
  return async (c) => {
    const form = await c.req.parseBody<Record<string, string>>()
    const person = meta.state.people[form.person ?? '']
    if (person?.grant && form.act === 'remove') await removeApp(meta, person)
    else if (person && isRemoved(person) && form.act === 'request')
      await requestDeletion(meta, person)
    else return refuse(c)
    return c.redirect(`${c.req.path}?person=${person.id}`, 303)
  }
}

const refuse = (c: Context<SandboxEnv>) =>
  c.html(
    page('dialog-error', {
      title: 'This is not possible',
      problem: 'The app is not in your list any more. Open the list again.',
    }),
    422,
  )

const isRemoved = (person: Person): boolean => !person.grant && Boolean(person.removedAtMs)

function describe(meta: Meta, person: Person) {
  const { deauthorizeUrl, dataDeletionUrl } = meta.settings
  const said = meta.state.callbacks.filter((record) => record.personId === person.id).toReversed()
  return {
    person,
    app: meta.app,
    isRemoved: isRemoved(person),
    removedOn: person.removedAtMs ? timeOf(person.removedAtMs) : null,
    names: (person.grant?.pageIds ?? []).map((id) => meta.state.pages[id]?.name ?? id),
    registered: { deauthorizeUrl, dataDeletionUrl },
    said: said.map((record) => ({ ...record, when: timeOf(record.atMs) })),
  }
}

const timeOf = (atMs: number): string =>
  `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
