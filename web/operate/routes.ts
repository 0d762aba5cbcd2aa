import { z } from 'zod'
import { recordEvent } from '../../db/notifications/events.ts'
import { findFigures } from '../../db/notifications/figures.ts'
import { findInstallationPause } from '../../db/notifications/pauses.ts'
import { insertMembership } from '../../db/people/memberships.ts'
import { listEverybody, listOutboxStandings, listStandings } from '../../db/people/operators.ts'
import { findSlug, insertWorkspace, knowsZone } from '../../db/people/workspaces.ts'
import { tx } from '../../db/postgres/connect.ts'
import { type FormKey, keepFormKey, releaseFormKey, takeFormKey } from '../../db/posts/form-keys.ts'
import { listLatestSweeps } from '../../db/privacy/sweeps.ts'
import { endingsToTell } from '../../platforms/ending.ts'
import { listPlatformAddresses } from '../channels/platform-addresses.ts'
import { formFields, seeOther } from '../http/answers.ts'
import { type AnyContext, forUsers, type WebDeps } from '../http/env.ts'
import {
  type Errors,
  fieldErrorsOf,
  slug,
  unknownZone,
  workspaceName,
  zone,
} from '../http/forms/fields.ts'
import { formKeyIn } from '../http/forms/form-keys.ts'
import type { Renderer } from '../http/render.ts'
import { requireOperator } from '../http/session.ts'
import { version } from '../pages/version.ts'
import { figureLines } from '../people/figures.ts'
import { requireFresh } from '../people/sign-in/confirming.ts'
import { checkLines, endingLines, healthLines } from '../people/standing.ts'
import { gatherEvidence } from '../privacy/evidence.ts'
import { formats } from '../time/formats.ts'
import { zoneOptions } from '../time/zones.ts'
import { findHealth } from './health.ts'

const newWorkspace = z.object({ name: workspaceName, slug, zone })
type NewWorkspace = z.infer<typeof newWorkspace>

/** promise: S4: pages for operators. They see that a workspace exists, but none of its content. */
export const operateRoutes = (deps: WebDeps, view: Renderer) =>
  forUsers
    .createApp()
    .get('/operate', requireOperator, (c) => show(c, deps, view))
    .get('/operate/people', requireOperator, async (c) =>
      view.page(c, 'operate/people', { people: await listEverybody(deps.sql) }),
    )
    .post('/operate/workspaces', requireOperator, requireFresh(deps, view), async (c) => {
      const given = await formFields(c)
      const read = newWorkspace.safeParse({
        name: '',
        zone: '',
        ...given,
        slug: given.slug?.trim() || asSlug(given.name ?? ''),
      })
      if (!read.success) return await show(c, deps, view, given, fieldErrorsOf(read.error))
      if (!(await knowsZone(deps.sql, read.data.zone)))
        return await show(c, deps, view, given, { zone: unknownZone })
      const made = await makeWorkspace(
        deps,
        read.data,
        c.get('user').id,
        formKeyIn(given, 'workspace', null),
      )
      if (!made)
        return await show(c, deps, view, given, {
          slug: 'Another workspace has this address. Choose a different one.',
        })
      return seeOther(c, `/w/${made}/today`, 'workspace-made')
    })

const show = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  values: Record<string, string> = {},
  errors: Errors = {},
) => {
  const [workspaces, pausedAt, health, figures, troubled, outbox, addresses, sweeps] =
    await Promise.all([
      listStandings(deps.sql),
      findInstallationPause(deps.sql),
      findHealth(deps),
      findFigures(deps.sql),
      deps.temporal.troubled(),
      listOutboxStandings(deps.sql),
      listPlatformAddresses(deps),
      listLatestSweeps(deps.sql),
    ])
  const mine = new Set(c.get('memberships').map((membership: { slug: string }) => membership.slug))
  const status = Object.keys(errors).length > 0 ? 422 : 200
  const data = {
    workspaces: workspaces.map((workspace) => ({ ...workspace, mine: mine.has(workspace.slug) })),
    pausedAt,
    health: healthLines(health, outbox),
    ...figureLines(figures, troubled, formats({ zone: 'UTC', dates: c.get('user') }, deps.now())),
    endings: endingLines(
      endingsToTell(deps.platforms.issuers.values(), deps.now()),
      formats({ zone: 'UTC', dates: c.get('user') }, deps.now()),
    ),
    checks: checkLines([...sweeps.keys()], gatherEvidence(sweeps, deps.now())),
    addresses,
    version,
    temporal: Boolean(deps.config.temporal.uiUrl),
  }
  return view.page(
    c,
    'operate/index',
    { ...data, values, errors, zones: zoneOptions(deps.now()) },
    status,
  )
}

/**
 * Creates a workspace with its creator as the first admin. Returns the slug, or null if it is
 * taken. The same form returns the workspace it made before.
 */
const makeWorkspace = async (
  deps: WebDeps,
  workspace: NewWorkspace,
  userId: string,
  key: FormKey | null,
): Promise<string | null> =>
  await tx(deps.sql, async (t) => {
    const before = key && (await takeFormKey(t, key))
    if (before) return await findSlug(t, before.subjectId)
    const workspaceId = await insertWorkspace(t, { ...workspace, createdBy: userId })
    if (!workspaceId) {
      if (key) await releaseFormKey(t, key.key)
      return null
    }
    if (key) await keepFormKey(t, key, { subjectId: workspaceId })
    await insertMembership(t, workspaceId, userId, 'admin')
    await recordEvent(t, { name: 'workspace.made', workspaceId, userId, subjectId: workspaceId })
    return workspace.slug
  })

/** "Café Zürich & Co." → `cafe-zurich-co` */
const asSlug = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)
