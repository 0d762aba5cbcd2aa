import { Hono } from 'hono'
import { z } from 'zod'
import type { SandboxEnv } from '../world.ts'
import { addOlderPost, olderPost } from './history.ts'
import { newId } from './ids.ts'
import { removeApp, requestDeletion } from './login/removal.ts'
import { breakTokens } from './login/tokens.ts'
import type { Meta } from './meta.ts'
import { nodeKind } from './node-kind.ts'
import { addPage, addPerson, linkInstagram } from './seed.ts'
import { allTasks, type Page } from './state.ts'

const tokenStates = {
  expired: 463,
  revoked: 458,
  password_changed: 460,
  logged_out: 467,
  checkpoint: 459,
} as const

const newPerson = z.strictObject({ id: z.string().optional(), name: z.string().min(1) })
const pageLocation = z.strictObject({
  city: z.string(),
  country: z.string(),
  street: z.string().optional(),
  latitude: z.number(),
  longitude: z.number(),
})
const newPage = z.strictObject({
  id: z.string().optional(),
  name: z.string().min(1),
  category: z.string().optional(),
  /** Each person's tasks on the Page. All tasks by default. */
  people: z.array(
    z.strictObject({ id: z.string(), tasks: z.array(z.string()).default([...allTasks]) }),
  ),
  /**
   * The Page is managed only through a business portfolio; nobody has a role on the Page itself.
   */
  business: z
    .strictObject({ id: z.string(), name: z.string(), relation: z.enum(['owned', 'client']) })
    .optional(),
  isSmall: z.boolean().optional(),
  location: pageLocation.optional(),
  followers: z.int().optional(),
  instagram: z
    .strictObject({ id: z.string().optional(), username: z.string(), name: z.string().optional() })
    .optional(),
})
const personState = z.strictObject({
  tokens: z
    .enum(['working', 'expired', 'revoked', 'password_changed', 'logged_out', 'checkpoint'])
    .optional(),
  dataAccess: z.enum(['expired', 'renewed']).optional(),
})
const pageState = z.strictObject({
  personId: z.string().optional(),
  tasks: z.array(z.string()).optional(),
  role: z.enum(['lost', 'restored']).optional(),
  /** Whether the person's consent includes the Page. */
  shared: z.boolean().optional(),
  name: z.string().min(1).optional(),
  username: z.string().nullable().optional(),
  followers: z.int().min(0).optional(),
  isSmall: z.boolean().optional(),
  location: pageLocation.nullable().optional(),
})
const instagramState = z.strictObject({
  restricted: z.boolean().optional(),
  username: z.string().optional(),
})
const removal = z.strictObject({
  deletionRequest: z.boolean().default(false),
  spoil: z.enum(['bad_signature', 'old']).optional(),
})

/** Control port, under /accounts: creates people and Pages, and changes their state. */
export function metaControl(meta: Meta): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  creationRoutes(meta, app)
  stateRoutes(meta, app)
  app.get('/meta', (c) =>
    c.json({ people: meta.state.people, pages: meta.state.pages, instagram: meta.state.instagram }),
  )
  app.post('/meta/history', async (c) => {
    const added = z
      .array(olderPost)
      .parse(await c.req.json())
      .map((post) => addOlderPost(meta, post))
    meta.world.state.changed()
    return c.json(added, 201)
  })
  // The kind of object for an id: `post`, `media`, `unknown` ...
  app.get('/meta/objects/:id', (c) => c.json({ kind: nodeKind(meta, c.req.param('id')) }))
  app.get('/meta/callbacks', (c) => c.json(meta.state.callbacks))
  // "Remove app" in the person's settings, with "Send request" if requested.
  app.post('/meta/people/:id/remove-app', async (c) => {
    const { deletionRequest, spoil } = removal.parse(await c.req.json())
    const person = known(meta.state.people, c.req.param('id'))
    const records = [
      await removeApp(meta, person, spoil),
      deletionRequest ? await requestDeletion(meta, person, spoil) : null,
    ]
    return c.json(records.filter((record) => record !== null))
  })
  return app
}

function creationRoutes(meta: Meta, app: Hono<SandboxEnv>): void {
  app.post('/meta/people', async (c) => {
    const { id = newId(meta.state, 'person'), name } = newPerson.parse(await c.req.json())
    addPerson(meta, { id, name })
    meta.world.state.changed()
    return c.json(meta.state.people[id], 201)
  })
  app.post('/meta/pages', async (c) => {
    const {
      id = newId(meta.state, 'page'),
      people,
      instagram,
      ...page
    } = newPage.parse(await c.req.json())
    addPage(meta, {
      id,
      ...page,
      roles: Object.fromEntries(people.map((person) => [person.id, person.tasks])),
    })
    if (instagram)
      linkInstagram(meta, id, {
        id: instagram.id ?? newId(meta.state, 'instagram'),
        username: instagram.username,
        name: instagram.name ?? page.name,
      })
    meta.world.state.changed()
    return c.json(meta.state.pages[id], 201)
  })
}

function stateRoutes(meta: Meta, app: Hono<SandboxEnv>): void {
  app.post('/meta/people/:id/state', async (c) => {
    const { tokens, dataAccess } = personState.parse(await c.req.json())
    const person = known(meta.state.people, c.req.param('id'))
    if (tokens === 'working') person.trouble = null
    else if (tokens) breakTokens(meta, person.id, tokenStates[tokens])
    if (tokens === 'revoked') person.grant = null
    const nowMs = meta.world.clock.now()
    if (dataAccess && person.grant)
      person.grant.dataAccessExpiresAtMs =
        dataAccess === 'expired' ? nowMs : nowMs + meta.settings.dataAccessLifeMs
    meta.world.state.changed()
    return c.json(person)
  })
  app.post('/meta/pages/:id/state', async (c) => {
    const { personId, tasks, role, shared, ...facts } = pageState.parse(await c.req.json())
    const page = known(meta.state.pages, c.req.param('id'))
    Object.assign(page, facts)
    if (personId) changeRole(page, { personId, tasks, role })
    const grant = personId ? meta.state.people[personId]?.grant : null
    if (grant && shared !== undefined)
      grant.pageIds = [
        ...grant.pageIds.filter((id) => id !== page.id),
        ...(shared ? [page.id] : []),
      ]
    meta.world.state.changed()
    return c.json(page)
  })
  app.post('/meta/instagram/:id/state', async (c) => {
    const account = known(meta.state.instagram, c.req.param('id'))
    Object.assign(account, instagramState.parse(await c.req.json()))
    meta.world.state.changed()
    return c.json(account)
  })
}

function changeRole(
  page: Page,
  {
    personId,
    tasks,
    role,
  }: { personId: string } & Pick<z.infer<typeof pageState>, 'tasks' | 'role'>,
) {
  if (tasks) page.roles[personId] = tasks
  if (role) page.lostRoles = page.lostRoles.filter((id) => id !== personId)
  if (role === 'lost') {
    page.lostRoles.push(personId)
    delete page.roles[personId]
  }
  if (role === 'restored') page.roles[personId] ??= [...allTasks]
}

function known<T>(records: Record<string, T>, id: string): T {
  const record = records[id]
  if (!record) throw new Error(`The sandbox does not know ${id}.`)
  return record
}
