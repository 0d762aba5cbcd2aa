import { listAccountNames } from '../../db/channels/account-facts.ts'
import {
  listNotices,
  markNoticesSeen,
  markNoticesUnseen,
  type NoticeKind,
  type OpenedNotice,
  openNotice,
} from '../../db/notifications/notifications.ts'
import { withNames } from '../../text/mentions.ts'
import { seeOther } from '../http/answers.ts'
import { actorIn, forMembers, type WebDeps } from '../http/env.ts'
import { idParam, isId } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { noticesPath, noticeTabs, readNoticeFilter } from './filters.ts'

const pageSize = 50

/** promise: U4: this person's notifications in this workspace. */
export const noticesRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get('/w/:workspace/notices', requireMember(), async (c) => {
      const { platforms, issuers } = deps.platforms
      const label = (name: string | null) =>
        platforms.get(name ?? '')?.label ?? issuers.get(name ?? '')?.label ?? 'a platform'
      const { workspace, user } = c.var
      const filter = readNoticeFilter(new URL(c.req.url).searchParams)
      const before = c.req.query('before')
      const [found, accounts] = await Promise.all([
        listNotices(
          deps.sql,
          { workspaceId: workspace.id, userId: user.id },
          {
            ...{ filter, before: isId(before) ? before : null },
            ...{ limit: pageSize + 1, now: new Date(deps.now()) },
          },
        ),
        listAccountNames(deps.sql, workspace.id),
      ])
      const notices = found.slice(0, pageSize)
      const base = `/w/${workspace.slug}`
      const unseen = c.get('frame')?.unseen ?? 0
      return view.page(c, 'notices/index', {
        base,
        notices: notices.map((one) => ({
          ...one,
          comment: withNames(one.commentText ?? '', one.commentMentions),
          mark: platforms.get(one.platform ?? ''),
          tone: toneOf(one.kind),
        })),
        label,
        filter,
        accounts: accounts.map((one) => ({ ...one, label: label(one.platform) })),
        tabs: noticeTabs(base, filter, unseen),
        all: noticesPath(base, { show: 'all', channelId: null }),
        older: found.length > pageSize ? noticesPath(base, filter, notices.at(-1)?.id) : null,
      })
    })
    // Opening a notice marks it as read, which is this person's own state, and leads to its subject.
    .get('/w/:workspace/notices/:notice', requireMember(), async (c) => {
      const { workspace, user } = c.var
      const ref = { workspaceId: workspace.id, userId: user.id, id: idParam(c, 'notice') }
      const opened = await openNotice(deps.sql, ref, new Date(deps.now()))
      if (!opened) return c.notFound()
      return c.redirect(`/w/${workspace.slug}/${subjectOf(opened)}`, 303)
    })
    .post('/w/:workspace/notices/seen', requireMember(), async (c) => {
      const now = deps.now()
      await markNoticesSeen(deps.sql, actorIn(c), new Date(now))
      return seeOther(c, `/w/${c.var.workspace.slug}/notices`, 'notices-seen', String(now))
    })
    .post('/w/:workspace/notices/unseen/:at{[0-9]{13}}', requireMember(), async (c) => {
      const at = new Date(Number(c.req.param('at')))
      await markNoticesUnseen(deps.sql, actorIn(c), at)
      return seeOther(c, `/w/${c.var.workspace.slug}/notices`)
    })

type Tone = { tone: 'need' | 'wait' | 'grey'; icon: string }

/** The color and icon of a notice: red for what failed, amber for what is uncertain or to come. */
const toneOf = (kind: NoticeKind): Tone => {
  switch (kind) {
    case 'failed':
    case 'missed':
      return { tone: 'need', icon: 'alert-circle' }
    case 'ended':
      return { tone: 'need', icon: 'plug-connected-x' }
    case 'unconfirmed':
    case 'comment':
      return { tone: 'wait', icon: 'help-circle' }
    case 'ending':
    case 'asked':
    case 'inbox':
      return { tone: 'wait', icon: 'clock' }
    case 'mentioned':
    case 'discussed':
      return { tone: 'grey', icon: 'message-circle' }
    default:
      return { tone: 'grey', icon: 'bell' }
  }
}

/** The page that a notice is about. */
const subjectOf = ({ kind, postId, commentId, facts }: OpenedNotice): string => {
  if (commentId) return `posts/${postId}#comment-${commentId}`
  if (postId) return `posts/${postId}`
  if (facts.seriesId) return `series/${String(facts.seriesId)}`
  if (kind === 'webhook') return 'settings/developers'
  return kind === 'unread' ? 'insights' : 'channels'
}
