import { z } from 'zod'
import { tx } from '../../db/connect.ts'
import { recordEvent } from '../../db/events.ts'
import { findFigures } from '../../db/figures.ts'
import { insertMembership } from '../../db/memberships.ts'
import { listEverybody, listOutboxStandings, listStandings } from '../../db/operators.ts'
import { findInstallationPause } from '../../db/pauses.ts'
import { insertWorkspace } from '../../db/workspaces.ts'
import { formFields, seeOther } from '../answers.ts'
import { type AnyContext, forUsers, type WebDeps } from '../env.ts'
import { type Errors, faultsOf, slug, workspaceName, zone, zones } from '../fields.ts'
import { formats } from '../formats.ts'
import { findHealth } from '../health.ts'
import type { Renderer } from '../render.ts'
import { requireOperator } from '../session.ts'
import { figureLines, healthLines, sweepLines } from '../standing.ts'

const newWorkspace = z.object({ name: workspaceName, slug, zone })
type NewWorkspace = z.infer<typeof newWorkspace>

/** promise: S4: for those who run the installation; they see that a workspace exists, and nothing of what is in it. */
export const operateRoutes = (deps: WebDeps, view: Renderer) =>
  forUsers
    .createApp()
    .get('/operate', requireOperator, (c) => show(c, deps, view))
    .get('/operate/people', requireOperator, async (c) =>
      view.page(c, 'operate/people', { people: await listEverybody(deps.sql) }),
    )
    .post('/operate/workspaces', requireOperator, async (c) => {
      const given = await formFields(c)
      const read = newWorkspace.safeParse({ name: '', zone: '', ...given, slug: given.slug?.trim() || asSlug(given.name ?? '') })
      if (!read.success) return await show(c, deps, view, given, faultsOf(read.error))
      const made = await makeWorkspace(deps, read.data, c.get('user').id)
      if (!made) return await show(c, deps, view, given, { slug: 'Another workspace has this address. Choose a different one.' })
      return seeOther(c, `/w/${read.data.slug}/people`, 'workspace-made')
    })

const show = async (c: AnyContext, deps: WebDeps, view: Renderer, values: Record<string, string> = {}, errors: Errors = {}) => {
  const [workspaces, pausedAt, health, figures, troubled, outbox] = await Promise.all([
    listStandings(deps.sql),
    findInstallationPause(deps.sql),
    findHealth(deps),
    findFigures(deps.sql),
    deps.temporal.troubled(),
    listOutboxStandings(deps.sql),
  ])
  const mine = new Set(c.get('memberships').map((membership: { slug: string }) => membership.slug))
  const status = Object.keys(errors).length > 0 ? 422 : 200
  const data = {
    workspaces: workspaces.map((workspace) => ({ ...workspace, mine: mine.has(workspace.slug) })),
    pausedAt,
    health: healthLines(health, outbox),
    figures: figureLines(figures, troubled, formats('UTC', deps.now())),
    sweeps: sweepLines(figures),
    temporal: Boolean(deps.config.temporal.uiUrl),
  }
  return view.page(c, 'operate/index', { ...data, values, errors, zones }, status)
}

/** Whoever makes it is its first admin; false when the slug is taken. */
const makeWorkspace = async (deps: WebDeps, workspace: NewWorkspace, userId: string): Promise<boolean> =>
  await tx(deps.sql, async (t) => {
    const workspaceId = await insertWorkspace(t, { ...workspace, createdBy: userId })
    if (!workspaceId) return false
    await insertMembership(t, workspaceId, userId, 'admin')
    await recordEvent(t, { name: 'workspace.made', workspaceId, userId, subjectId: workspaceId })
    return true
  })

/** "Café Zürich & Co." → `cafe-zurich-co` */
const asSlug = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
