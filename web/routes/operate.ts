import { z } from 'zod'
import { tx } from '../../db/connect.ts'
import { recordEvent } from '../../db/events.ts'
import { insertMembership } from '../../db/memberships.ts'
import { findInstallationPause } from '../../db/pauses.ts'
import { insertWorkspace, listWorkspaces } from '../../db/workspaces.ts'
import { formFields, seeOther } from '../answers.ts'
import { type AnyContext, forUsers, type WebDeps } from '../env.ts'
import { type Errors, faultsOf, slug, workspaceName, zone, zones } from '../fields.ts'
import type { Renderer } from '../render.ts'
import { requireOperator } from '../session.ts'

const newWorkspace = z.object({ name: workspaceName, slug, zone })
type NewWorkspace = z.infer<typeof newWorkspace>

/** promise: S4: for those who run the installation; they see that a workspace exists, and nothing of what is in it. */
export const operateRoutes = (deps: WebDeps, view: Renderer) =>
  forUsers
    .createApp()
    .get('/operate', requireOperator, (c) => show(c, deps, view))
    .post('/operate/workspaces', requireOperator, async (c) => {
      const given = await formFields(c)
      const read = newWorkspace.safeParse({ name: '', zone: '', ...given, slug: given.slug?.trim() || asSlug(given.name ?? '') })
      if (!read.success) return await show(c, deps, view, given, faultsOf(read.error))
      const made = await makeWorkspace(deps, read.data, c.get('user').id)
      if (!made) return await show(c, deps, view, given, { slug: 'Another workspace has this address. Choose a different one.' })
      return seeOther(c, `/w/${read.data.slug}/people`, 'workspace-made')
    })

const show = async (c: AnyContext, deps: WebDeps, view: Renderer, values: Record<string, string> = {}, errors: Errors = {}) => {
  const [workspaces, pausedAt] = await Promise.all([listWorkspaces(deps.sql), findInstallationPause(deps.sql)])
  const mine = new Set(c.get('memberships').map((membership: { id: string }) => membership.id))
  const status = Object.keys(errors).length > 0 ? 422 : 200
  const listed = workspaces.map((workspace) => ({ ...workspace, mine: mine.has(workspace.id) }))
  return view.page(c, 'operate/index', { workspaces: listed, pausedAt, values, errors, zones }, status)
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
