import { Hono } from 'hono'
import { z } from 'zod'
import type { SandboxEnv } from '../world.ts'
import { addOlderPost, olderPost } from './history.ts'
import { newId } from './ids.ts'
import type { Meta } from './meta.ts'
import { removeApp, requestDeletion } from './removal.ts'
import { addPage, addPerson, linkInstagram } from './seed.ts'
import { allTasks } from './state.ts'
import { breakTokens } from './tokens.ts'

const tokenStates = { expired: 463, revoked: 458, password_changed: 460, logged_out: 467, checkpoint: 459 } as const

const newPerson = z.strictObject({ id: z.string().optional(), name: z.string().min(1) })
const newPage = z.strictObject({
  id: z.string().optional(),
  name: z.string().min(1),
  category: z.string().optional(),
  /** Who may do what; without tasks everything. */
  people: z.array(z.strictObject({ id: z.string(), tasks: z.array(z.string()).default([...allTasks]) })),
  viaBusiness: z.boolean().optional(),
  followers: z.int().optional(),
  instagram: z.strictObject({ id: z.string().optional(), username: z.string(), name: z.string().optional() }).optional(),
})
const personState = z.strictObject({
  tokens: z.enum(['working', 'expired', 'revoked', 'password_changed', 'logged_out', 'checkpoint']).optional(),
  dataAccess: z.enum(['expired', 'renewed']).optional(),
})
const pageState = z.strictObject({
  personId: z.string(),
  tasks: z.array(z.string()).optional(),
  role: z.enum(['lost', 'restored']).optional(),
})
const instagramState = z.strictObject({ restricted: z.boolean().optional(), username: z.string().optional() })
const removal = z.strictObject({
  deletionRequest: z.boolean().default(false),
  spoil: z.enum(['bad_signature', 'old']).optional(),
})

/** Control port, below /accounts: more people and Pages, and what may happen to them. */
export function metaControl(meta: Meta): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  creationRoutes(meta, app)
  stateRoutes(meta, app)
  app.get('/meta', (c) => c.json({ people: meta.state.people, pages: meta.state.pages, instagram: meta.state.instagram }))
  app.post('/meta/history', async (c) => {
    const added = z
      .array(olderPost)
      .parse(await c.req.json())
      .map((post) => addOlderPost(meta, post))
    meta.world.state.changed()
    return c.json(added, 201)
  })
  app.get('/meta/callbacks', (c) => c.json(meta.state.callbacks))
  // "Remove app" in the person's settings, with "Send request" when asked.
  app.post('/meta/people/:id/remove-app', async (c) => {
    const { deletionRequest, spoil } = removal.parse(await c.req.json())
    const person = known(meta.state.people, c.req.param('id'))
    const records = [await removeApp(meta, person, spoil), deletionRequest ? await requestDeletion(meta, person, spoil) : null]
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
    const { id = newId(meta.state, 'page'), people, instagram, ...page } = newPage.parse(await c.req.json())
    addPage(meta, { id, ...page, roles: Object.fromEntries(people.map((person) => [person.id, person.tasks])) })
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
      person.grant.dataAccessExpiresAtMs = dataAccess === 'expired' ? nowMs : nowMs + meta.world.settings.dataAccessLifeMs
    meta.world.state.changed()
    return c.json(person)
  })
  app.post('/meta/pages/:id/state', async (c) => {
    const { personId, tasks, role } = pageState.parse(await c.req.json())
    const page = known(meta.state.pages, c.req.param('id'))
    if (tasks) page.roles[personId] = tasks
    if (role) page.lostRoles = page.lostRoles.filter((id) => id !== personId)
    if (role === 'lost') {
      page.lostRoles.push(personId)
      delete page.roles[personId]
    }
    if (role === 'restored') page.roles[personId] ??= [...allTasks]
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

function known<T>(records: Record<string, T>, id: string): T {
  const record = records[id]
  if (!record) throw new Error(`The sandbox does not know ${id}.`)
  return record
}
