import ical, { ICalCalendarMethod, ICalEventStatus, ICalEventTransparency } from 'ical-generator'
import type { OpenFeed } from '../../db/feeds/feeds.ts'
import type { FeedPost } from '../../db/feeds/posts.ts'
import { overallPill } from '../posts/post-state.ts'
import { titleOf } from '../posts/post-title.ts'

/** The installation's address, and what platforms are called. */
export type FeedSite = { url: string; label: (platform: string) => string }
type Feed = Pick<OpenFeed, 'kind' | 'workspaceName' | 'workspaceSlug'>

/** A post is a moment. Most calendars show nothing for an event without a length. */
const shownMinutes = 15
const refreshS = 15 * 60

/** Posts as iCalendar (RFC 5545): times in UTC, and an id that stays the same when a post is moved. */
export const calendarText = (feed: Feed, posts: FeedPost[], site: FeedSite): string => {
  const { host } = new URL(site.url)
  const calendar = ical({
    name:
      feed.kind === 'own-calendar'
        ? `${feed.workspaceName}: your posts`
        : `${feed.workspaceName}: posts`,
    prodId: { company: 'CrateSocial', product: 'Posts', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
    ttl: refreshS,
  })
  for (const post of posts) {
    const { words } = overallPill(post.state, post.targets)
    const address = `${site.url}/w/${feed.workspaceSlug}/posts/${post.postId}`
    const accounts = post.targets.map((one) => `${one.channelName} (${site.label(one.platform)})`)
    calendar.createEvent({
      id: `${post.isMain || !post.targetId ? post.postId : post.targetId}@${host}`,
      sequence: post.version,
      start: post.dueAt,
      end: new Date(post.dueAt.getTime() + shownMinutes * 60_000),
      // When the entry last changed, so that the same posts are the same text.
      stamp: post.updatedAt,
      lastModified: post.updatedAt,
      summary: `${titleOf(post.text)} · ${words}`,
      description: [post.text, accounts.join('\n'), address].filter(Boolean).join('\n\n'),
      url: address,
      status: post.state === 'draft' ? ICalEventStatus.TENTATIVE : ICalEventStatus.CONFIRMED,
      transparency: ICalEventTransparency.TRANSPARENT,
    })
  }
  return calendar.toString()
}
