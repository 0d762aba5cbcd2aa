import { finished, Readable } from 'node:stream'
import { tx } from '../../db/connect.ts'
import { deactivate, erasedAfter } from '../../db/deactivation.ts'
import { openDeletionRequest } from '../../db/deletion-requests.ts'
import { listShares } from '../../db/erasure.ts'
import { recordEvent } from '../../db/events.ts'
import { deleteExport, findExport, insertExport } from '../../db/exports.ts'
import { findOpenLink, reopenLink, spendLink } from '../../db/mail-links.ts'
import { enqueue } from '../../db/outbox.ts'
import { seeOther } from '../answers.ts'
import { type AnyContext, forUsers, type WebDeps } from '../env.ts'
import type { Renderer } from '../render.ts'
import { endCookie, requireFreshPassword, requireUser } from '../session.ts'
import { limitLinks } from '../throttling.ts'

/** Taking one's data along, and going: with a password typed just now. promise: E1, E3, R1 */
export const leavingRoutes = (deps: WebDeps, view: Renderer) => {
  const fresh = requireFreshPassword(deps)
  return forUsers
    .createApp()
    .get('/account/leave', requireUser, fresh, async (c) =>
      view.page(c, 'account/leave', { shares: await listShares(deps.sql, c.get('user').id) }),
    )
    .post('/account/leave', requireUser, fresh, async (c) => {
      const userId = c.get('user').id
      const { code } = await tx(deps.sql, (t) => openDeletionRequest(t, { origin: 'account', userId, now: new Date(deps.now()) }))
      endCookie(c)
      return seeOther(c, `/data-deletion/${code}`)
    })
    .get('/account/deactivate', requireUser, fresh, async (c) => {
      const [shares, erasedAt] = await Promise.all([
        listShares(deps.sql, c.get('user').id),
        erasedAfter(deps.sql, new Date(deps.now())),
      ])
      return view.page(c, 'account/deactivate', { shares, erasedAt })
    })
    .post('/account/deactivate', requireUser, fresh, async (c) => {
      const userId = c.get('user').id
      await tx(deps.sql, async (t) => {
        await deactivate(t, userId, 'person', new Date(deps.now()))
        await recordEvent(t, { name: 'account.deactivated', workspaceId: null, userId, subjectId: userId })
      })
      endCookie(c)
      return seeOther(c, '/', 'account-deactivated')
    })
    .post('/account/export', requireUser, fresh, async (c) => {
      await tx(deps.sql, async (t) => {
        const id = await insertExport(t, c.get('user').id, new Date(deps.now()))
        if (id) await enqueue(t, 'export', id)
      })
      return seeOther(c, '/account', 'export-asked')
    })
    .get('/account/export/:token', requireUser, limitLinks(deps) as never, async (c) => {
      const link = await findOpenLink(deps.sql, 'export', c.req.param('token'), new Date(deps.now()))
      const known = link !== null && link.userId === c.get('user').id
      return known ? view.page(c, 'account/export', { action: c.req.path }) : view.page(c, 'account/export-closed', {}, 404)
    })
    .post('/account/export/:token', requireUser, limitLinks(deps) as never, (c) => hand(c, deps, view))
}

/** The link is used up by an answer that has left whole; then the file goes. A page first, so that no mail scanner fetches it. */
const hand = async (c: AnyContext, deps: WebDeps, view: Renderer): Promise<Response> => {
  const now = new Date(deps.now())
  const link = await findOpenLink(deps.sql, 'export', c.req.param('token') ?? '', now)
  const made = link?.exportId && link.userId === c.get('user').id ? await findExport(deps.sql, link.exportId) : null
  if (!link || !made?.storeKey || !(await spendLink(deps.sql, link.id, now)))
    return view.page(c, 'account/export-closed', {}, 404)
  // Whether the answer has left, not whether the file was read: its end may wait for a connection that breaks.
  const fetched = { storeKey: made.storeKey, id: made.id, linkId: link.id }
  finished(c.env.outgoing, (broken) => void (broken ? reopen(deps, fetched) : forget(deps, fetched)))
  const body = Readable.toWeb(deps.mediaStore.open(made.storeKey)) as ReadableStream
  const day = now.toISOString().slice(0, 10)
  return c.body(body, 200, {
    'Content-Type': 'application/zip',
    'Content-Disposition': `attachment; filename="cratesocial-${day}.zip"`,
    'Cache-Control': 'no-store',
  })
}

type Fetched = { storeKey: string; id: string; linkId: string }

const forget = (deps: WebDeps, { storeKey, id }: Fetched): Promise<void> =>
  orSweep(deps, async () => {
    await deps.mediaStore.remove(storeKey)
    await deleteExport(deps.sql, id)
  })

const reopen = (deps: WebDeps, { linkId }: Fetched): Promise<void> => orSweep(deps, () => reopenLink(deps.sql, linkId))

/** After the answer there is nobody to tell: the sweep takes what is left. */
const orSweep = async (deps: WebDeps, work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    deps.log.warn({ err: error }, 'a fetched export is left to the sweep')
  }
}
