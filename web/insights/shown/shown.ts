import type { Context } from 'hono'
import type { Annotation } from '../../../db/insights/annotations.ts'
import { findNumberVersion } from '../../../db/insights/number-version.ts'
import type { MemberEnv, WebDeps } from '../../http/env.ts'
import type { RenderedHtml, Renderer } from '../../http/render.ts'
import { addDays } from '../../time/days.ts'
import { dateOf, startOfDay } from '../../time/wall-time.ts'
import { loadAnnotations } from '../annotations/annotations.ts'
import { type Insights, loadInsights, type Query } from '../page.ts'
import { emptyWords, sharedView } from '../view.ts'

/**
 * The part of a page that is the same for all members with the same formats, as HTML, and what the
 * rest of the page needs. `before` and `after` are around the card with notes, which has forms.
 */
export type ShownInsights = {
  insights: Insights
  annotations: { list: Annotation[]; hasMore: boolean }
  before: RenderedHtml
  after: RenderedHtml
  /** Why there is nothing to show. Null if there is something. */
  emptyWords: string | null
}

const listedPosts = 10
/** The rest is behind a link, so that the page doesn't grow with the number of accounts. */
const accountsShown = 25
const everyAccount = Number.POSITIVE_INFINITY

export type AskedInsights = { channelId: string | null; query: Query; allAccounts: boolean }

/** Computes the page without looking at what is known. */
export const computeShown = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  { channelId, query, allAccounts }: AskedInsights,
): Promise<ShownInsights> => {
  const insights = await loadInsights(deps, c.var.workspace, channelId, query, {
    posts: listedPosts,
    accounts: allAccounts ? everyAccount : accountsShown,
  })
  const annotations = await loadAnnotations(deps, insights)
  // Only this data: nothing about the person who asks.
  const data = {
    ...(await sharedView(deps, insights, annotations.list)),
    ...{ fmt: insights.fmt, workspace: insights.workspace, part: undefined, marks: undefined },
  }
  return {
    ...{ insights, annotations },
    emptyWords: emptyWords(insights, deps.now()),
    before: view.rendered('insights/_before', data),
    after: view.rendered('insights/_after', data),
  }
}

/** In a server's memory, at most this many pages, and this much HTML in characters. */
const shownMost = { pages: 200, characters: 20_000_000 }
/**
 * Some words depend on the time: whether readings are overdue, or whether a post is seven days old.
 * They may be this late.
 */
const longestMs = 5 * 60_000

type Known = { shown: ShownInsights; version: string; untilMs: number; characters: number }

/**
 * Pages that were computed before. One is used again only while the version of the workspace's
 * numbers is the same, so it is never out of date. The key has the workspace and all that the page
 * depends on besides its numbers.
 */
export const createShown = (deps: WebDeps, view: Renderer) => {
  const known = new Map<string, Known>()
  let characters = 0
  const forget = (key: string): void => {
    characters -= known.get(key)?.characters ?? 0
    known.delete(key)
  }
  const keep = (key: string, page: Known): void => {
    forget(key)
    known.set(key, page)
    characters += page.characters
    for (const oldest of known.keys()) {
      if (known.size <= shownMost.pages && characters <= shownMost.characters) break
      forget(oldest)
    }
  }
  return async (c: Context<MemberEnv>, asked: AskedInsights): Promise<ShownInsights> => {
    const version = await findNumberVersion(deps.sql, c.var.workspace.id)
    const key = JSON.stringify([c.var.workspace, asked])
    const found = known.get(key)
    if (found && found.version === version && deps.now() < found.untilMs) {
      known.delete(key)
      known.set(key, found)
      return found.shown
    }
    const nowMs = deps.now()
    const shown = await computeShown(deps, view, c, asked)
    const { before, after, insights } = shown
    // What only the lists needed is in the HTML now.
    const kept = { ...shown, insights: { ...insights, timedPosts: [], posts: [] } }
    keep(key, {
      ...{ version, untilMs: sameUntil(insights, nowMs), shown: kept },
      characters: before.html.length + after.html.length + key.length,
    })
    return kept
  }
}

/** Until the day ends or a pause of measuring does, and not for long. */
const sameUntil = ({ workspace, accounts }: Insights, nowMs: number): number => {
  const today = dateOf(new Date(nowMs), workspace.zone)
  const rests = accounts.flatMap((one) => one.restUntil?.getTime() ?? [])
  return Math.min(
    nowMs + longestMs,
    startOfDay(addDays(today, 1), workspace.zone).getTime(),
    ...rests.filter((until) => until > nowMs),
  )
}
