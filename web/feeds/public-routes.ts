import { createHash } from 'node:crypto'
import { findFeed, markFeedRead, type OpenFeed } from '../../db/feeds/feeds.ts'
import { listFeedPosts, listPublished } from '../../db/feeds/posts.ts'
import { isKnown } from '../http/answers.ts'
import { type AnyContext, forAnyone, type WebDeps } from '../http/env.ts'
import { limitFeeds } from '../http/throttling.ts'
import { calendarText } from './calendar-text.ts'
import { newsText } from './news-text.ts'

const dayMs = 86_400_000
/** How far feeds reach, in days. RSS has no future. */
export const feedDays = { back: 90, ahead: 400 }
export const mostCalendarEntries = 3_000
export const mostNewsItems = 100

/** Calendars (.ics) and RSS (.xml) for programs, which read them by a secret link without a session. */
export const publicFeedRoutes = (deps: WebDeps) =>
  forAnyone.createApp().get('/feeds/:file', limitFeeds(deps, 'file'), async (c) => {
    const [, code = '', ending] = /^([\w-]{43})\.(ics|xml)$/.exec(c.req.param('file')) ?? []
    const feed = code ? await findFeed(deps.sql, code) : null
    const isNews = feed?.kind === 'published'
    if (!feed || ending !== (isNews ? 'xml' : 'ics'))
      return c.text('There is no feed at this address.', 404, privately)
    await markFeedRead(deps.sql, feed.id, new Date(deps.now()))
    return isNews
      ? answer(c, await newsOf(deps, feed), 'application/rss+xml; charset=utf-8')
      : answer(c, await calendarOf(deps, feed), 'text/calendar; charset=utf-8')
  })

const privately = {
  'Cache-Control': 'private, no-cache',
  'X-Robots-Tag': 'noindex, nofollow',
  'Referrer-Policy': 'no-referrer',
}

/** 304 if the program has this version already. */
const answer = (c: AnyContext, text: string, type: string): Response => {
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`
  const headers = { ...privately, ETag: etag, 'Content-Type': type }
  return isKnown(c, etag) ? c.body(null, 304, headers) : c.body(text, 200, headers)
}

const calendarOf = async (deps: WebDeps, feed: OpenFeed): Promise<string> => {
  const posts = await listFeedPosts(deps.sql, {
    workspaceId: feed.workspaceId,
    authorId: feed.kind === 'own-calendar' ? feed.userId : null,
    from: new Date(deps.now() - feedDays.back * dayMs),
    to: new Date(deps.now() + feedDays.ahead * dayMs),
    most: mostCalendarEntries,
  })
  return calendarText(feed, posts, siteOf(deps))
}

const newsOf = async (deps: WebDeps, feed: OpenFeed): Promise<string> => {
  const stories = await listPublished(deps.sql, {
    workspaceId: feed.workspaceId,
    since: new Date(deps.now() - feedDays.back * dayMs),
    most: mostNewsItems,
  })
  return newsText(feed, stories, siteOf(deps))
}

const siteOf = (deps: WebDeps) => ({
  url: deps.config.publicUrl,
  label: (platform: string) => deps.platforms.platforms.get(platform)?.label ?? platform,
})
