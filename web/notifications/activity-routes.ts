import type { Context } from 'hono'
import { listAccountNames } from '../../db/channels/account-facts.ts'
import {
  type ActivityFilter,
  type ListedEvent,
  listEvents,
} from '../../db/notifications/activity.ts'
import { listMembers } from '../../db/people/memberships.ts'
import { csvRows, csvTable } from '../../text/csv.ts'
import { sendCsv } from '../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import { isId } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { loadNextStep } from '../pages/next-step.ts'
import { formats } from '../time/formats.ts'
import { eventWords } from './event-words.ts'

const pageSize = 50
const eventsAPart = 1_000

/** What happened in a workspace and who did it, newest first, as a page and as CSV. */
export const activityRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get('/w/:workspace/activity', requireMember('admin'), async (c) => {
      const { workspace, role } = c.var
      const { before } = c.req.query()
      const filter = filterIn(c)
      const page = { filter, before: isId(before) ? before : null, limit: pageSize + 1 }
      const [found, members, accounts] = await Promise.all([
        listEvents(deps.sql, workspace.id, page),
        listMembers(deps.sql, workspace.id),
        listAccountNames(deps.sql, workspace.id),
      ])
      const wordsOf = wordsIn(deps, c)
      const events = found.slice(0, pageSize).map((event) => ({ ...event, words: wordsOf(event) }))
      const base = `/w/${workspace.slug}/activity`
      const isFiltered = Object.values(filter).some((one) => one !== null)
      const isEmpty = events.length === 0 && !isFiltered
      return view.page(c, 'activity/index', {
        ...{ base, events, before, filter, isFiltered, members },
        by: byIn(filter),
        accounts: accounts.map((one) => ({ ...one, label: labelIn(deps)(one.platform) })),
        older: found.length > pageSize ? `${base}${queryOf(filter, events.at(-1)?.id)}` : null,
        csv: `${base}.csv${queryOf(filter)}`,
        step: isEmpty ? await loadNextStep(deps, workspace, role) : null,
      })
    })
    .get('/w/:workspace/activity.csv', requireMember('admin'), (c) =>
      sendCsv(c, tableOf(deps, c, filterIn(c)), 'activity'),
    )

/** From the address. What isn't an id is ignored. */
const filterIn = (c: Context<MemberEnv>): ActivityFilter => {
  const { by, account, post } = c.req.query()
  return {
    by: by === 'system' ? 'system' : isId(by) ? { userId: by } : null,
    channelId: isId(account) ? account : null,
    postId: isId(post) ? post : null,
  }
}

const byIn = ({ by }: ActivityFilter): string => (by === 'system' ? by : (by?.userId ?? ''))

/** The address's query, such as `?by=system&before=…`; empty without a filter. */
const queryOf = (filter: ActivityFilter, before = ''): string => {
  const asked = { by: byIn(filter), account: filter.channelId, post: filter.postId, before }
  const query = new URLSearchParams(
    Object.entries(asked).flatMap(([name, value]) =>
      value ? [[name, value] as [string, string]] : [],
    ),
  )
  return query.size > 0 ? `?${query}` : ''
}

const labelIn =
  ({ platforms }: WebDeps) =>
  (platform: string): string =>
    platforms.platforms.get(platform)?.label ?? platform

const wordsIn = (deps: WebDeps, c: Context<MemberEnv>) => {
  const { when } = formats(c.var.workspace, deps.now())
  return (event: ListedEvent) => eventWords(event, { label: labelIn(deps), when })
}

/** A row for each event, in parts, so that a long log isn't in memory at once. */
async function* tableOf(
  deps: WebDeps,
  c: Context<MemberEnv>,
  filter: ActivityFilter,
): AsyncGenerator<string> {
  const wordsOf = wordsIn(deps, c)
  yield csvTable([['time_utc', 'who', 'what', 'event', 'post']])
  let before: string | null = null
  while (true) {
    const events: ListedEvent[] = await listEvents(deps.sql, c.var.workspace.id, {
      ...{ filter, before, limit: eventsAPart },
    })
    const rows = events.map((event) => [
      ...[event.at, event.who ?? 'CrateSocial', wordsOf(event), event.name],
      event.postId
        ? `${deps.config.publicUrl}/w/${c.var.workspace.slug}/posts/${event.postId}`
        : '',
    ])
    if (rows.length > 0) yield csvRows(rows)
    if (events.length < eventsAPart) return
    before = events.at(-1)!.id
  }
}
