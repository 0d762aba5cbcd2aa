import { listNeeds } from '../db/needs.ts'
import { isPartial } from './answers.ts'
import { forMembers, type WebDeps } from './env.ts'

/** What needs a person in this workspace is shown on every page of it. */
export const loadNeeds = (deps: WebDeps) =>
  forMembers.createMiddleware(async (c, next) => {
    const showsPage = c.req.method === 'GET' && !isPartial(c)
    c.set('needs', showsPage ? await listNeeds(deps.sql, c.get('workspace').id) : [])
    await next()
  })
