import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { listAccountNames } from '../../../db/channels/account-facts.ts'
import { listMembers } from '../../../db/people/memberships.ts'
import { isFiltered } from '../../../db/posts/calendar/filter.ts'
import { listLabels } from '../../../db/posts/labels/labels.ts'
import { backIn } from '../../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { loadNextStep } from '../../pages/next-step.ts'
import { calendarDates } from '../../time/dates.ts'
import { addDays } from '../../time/days.ts'
import { formats } from '../../time/formats.ts'
import { dateOf, firstYear, lastYear } from '../../time/wall-time.ts'
import { actAnswerOf } from '../post-page.ts'
import { type CalendarView, readDate, spanAround } from './days.ts'
import type { Day } from './entries.ts'
import { filterMenus, filterQuery, readFilter, searchMaxCharacters } from './filters.ts'
import { weekHours } from './hours.ts'
import { loadDays, readView, roomInList } from './page.ts'
import { loadWeekHints } from './week-hints.ts'

/** The calendar: posts by month, by week or as a list, in the workspace's time zone. */
export const calendarRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers.createApp().get('/w/:workspace/calendar', requireMember(), async (c) => {
    if (c.req.query('part') === 'done')
      return view.partial(c, 'calendar/_toast', await answerOf(deps, c))
    const data = await calendarOf(deps, c)
    if (c.req.query('part') === 'grid') return view.partial(c, 'calendar/_grid', data)
    const isEmpty =
      data.drafts.length === 0 && data.weeks.flat().every((day) => day.entries.length === 0)
    const step =
      isEmpty && !data.isFiltered ? await loadNextStep(deps, c.var.workspace, c.var.role) : null
    return view.page(c, 'calendar/index', { ...data, step })
  })

const calendarOf = async (deps: WebDeps, c: Context<MemberEnv>) => {
  const { workspace } = c.var
  const today = dateOf(new Date(deps.now()), workspace.zone)
  const shown = readView(c.req.query('view'))
  const at = readDate(c.req.query('at'), today)
  if (!at)
    throw new HTTPException(404, {
      message: `The calendar shows the years ${firstYear} to ${lastYear}.`,
    })
  const span = spanAround(shown, at, workspace)
  const filter = readFilter(new URL(c.req.url).searchParams)
  const skip = Math.min(Number(/^\d{1,6}$/.exec(c.req.query('skip') ?? '')?.[0] ?? 0), 100_000)
  const [days, channels, authors, labels] = await Promise.all([
    loadDays(deps, workspace, { span, filter, skip }),
    listAccountNames(deps.sql, workspace.id),
    listMembers(deps.sql, workspace.id),
    listLabels(deps.sql, workspace.id),
  ])
  const listed = days.weeks.flat()
  const accounts = channels.map((one) => ({
    ...one,
    platform: deps.platforms.platforms.get(one.platform),
  }))
  const base = `/w/${workspace.slug}`
  const strip = stripOf(shown, listed, at)
  const keep = (change: Record<string, string>, filters = filterQuery(filter)): string =>
    `${base}/calendar?${new URLSearchParams([
      ...Object.entries({ view: shown, at, ...change }),
      ...filters,
    ])}`
  const without = (...names: string[]) =>
    keep(
      {},
      filterQuery(filter).filter(([name]) => !names.includes(name)),
    )
  const listTitle = () => calendarDates(workspace.dates).shortSpan(at, listed.at(-1)?.date ?? at)
  const moreOn = (date: string, past = 0) =>
    keep({ view: 'list', at: date, ...(past > 0 ? { skip: String(past) } : {}) })
  return {
    ...days,
    ...(await answerOf(deps, c)),
    span: shown === 'list' ? { ...span, title: listTitle() } : span,
    shown,
    at,
    today,
    zoneName: zoneNameOf(workspace.zone),
    hasGrid: channels.some((one) => deps.platforms.platforms.get(one.platform)?.profileGrid),
    search: filter.search,
    searchMax: searchMaxCharacters,
    isFiltered: isFiltered(filter),
    isNothing: isFiltered(filter) && listed.every((day) => day.entries.length === 0),
    menus: filterMenus(filter, {
      channels: accounts,
      authors,
      labels,
      without,
    }),
    hours:
      shown === 'week'
        ? weekHours(listed, workspace, {
            ...(await loadWeekHints(deps, workspace, {
              dates: listed.map(({ date }) => date),
              accounts,
              channelIds: filter.channelIds,
            })),
            nowMs: deps.now(),
          })
        : null,
    strip,
    dayLink: (date: string) => keep({ view: 'list', at: date }),
    all: keep({}, []),
    withoutSearch: without('q'),
    here: keep(skip > 0 ? { skip: String(skip) } : {}),
    moreOn,
    earlierOn: (day: Day) => moreOn(day.date, day.earlier - roomInList),
    links: {
      before: keep({ at: shown === 'list' ? addDays(at, -listed.length) : span.before }),
      after: keep({ at: days.next ?? span.after }),
      weekBefore: keep({ at: addDays(strip[0]?.date ?? at, -7) }),
      weekAfter: keep({ at: addDays(strip[0]?.date ?? at, 7) }),
      today: keep({ at: today }),
      month: keep({ view: 'month' }),
      week: keep({ view: 'week' }),
      list: keep({ view: 'list' }),
    },
  }
}

/** What an action did that led here, with the address of the calendar without it. */
const answerOf = async (deps: WebDeps, c: Context<MemberEnv>) => {
  const { workspace } = c.var
  const did = c.req.query('did')
  const fmt = formats(workspace, deps.now())
  const answer = did ? await actAnswerOf(deps, workspace, did, null, fmt) : null
  const { pathname, search } = new URL(c.req.url)
  const back = backIn(c, `${pathname}${search}`)?.replace(/[?&]part=done\b/, '')
  return { base: `/w/${workspace.slug}`, answer: answer && { ...answer, back } }
}

/** The seven days above the list on a phone: the week of `at`, or those that follow in the list. */
const stripOf = (shown: CalendarView, days: Day[], at: string): Day[] => {
  const found = Math.max(
    0,
    days.findIndex(({ date }) => date === at),
  )
  const first = shown === 'list' ? 0 : found - (found % 7)
  return days.slice(first, first + 7)
}

/** `Zurich` for `Europe/Zurich`. */
const zoneNameOf = (zone: string): string => (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')
