import {
  claimMailing,
  findNoticeToMail,
  markMailed,
  type NoticeToMail,
  releaseMailing,
} from '../../db/notifications/notice-mails.ts'
import { listPostsAtRisk, type PostAtRisk } from '../../db/notifications/posts-at-risk.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import type { MediaStore } from '../../media/store.ts'
import type { Registry } from '../../platforms/index.ts'
import { beforeTime, dateWriters } from '../../text/date-style.ts'
import { withNames } from '../../text/mentions.ts'
import type { Letter, Link, PostCard } from './letter.ts'
import { pictureForMail } from './picture.ts'
import { renderEmail, renderLine } from './render.ts'
import { type Mail, MailNotTaken, sendEach } from './send.ts'

export type NoticeMailDeps = {
  sql: Sql
  mail: Mail
  mediaStore: Pick<MediaStore, 'open'>
  publicUrl: string
  platforms: Registry
  now?: () => number
}

export const sendNotices = (deps: NoticeMailDeps, noticeIds: string[]): Promise<void> =>
  sendEach(noticeIds, (id) => sendNotice(deps, id))

// promise: U4
/**
 * Sends a notification once. If sending was interrupted, it is sent again with the same Message-ID.
 * If the address is refused permanently, it is not sent again.
 */
const sendNotice = async (deps: NoticeMailDeps, noticeId: string): Promise<void> => {
  const now = new Date(deps.now?.() ?? Date.now())
  const claim = await claimMailing(deps.sql, noticeId, now)
  if (claim === 'done') return
  if (claim === 'busy') throw new Error('another worker is sending this email')
  try {
    await write(deps, noticeId)
  } catch (error) {
    await releaseMailing(deps.sql, noticeId)
    throw error
  }
  await markMailed(deps.sql, noticeId, now)
}

const write = async (deps: NoticeMailDeps, noticeId: string): Promise<void> => {
  const notice = await findNoticeToMail(deps.sql, noticeId)
  if (!notice) return // the recipient no longer exists
  const letter = noticeLetter(notice, {
    at: deps.publicUrl,
    label: labelsOf(deps.platforms),
    picture: notice.picture && (await pictureForMail(deps.mediaStore, notice.picture)),
    atRisk: await postsAtRisk(deps, notice),
  })
  try {
    await deps.mail.send({
      to: notice.email,
      ...renderEmail(letter, deps.publicUrl),
      messageId: `<${notice.id}@${new URL(deps.publicUrl).hostname}>`,
    })
  } catch (error) {
    if (!(error instanceof MailNotTaken) || !error.isFinal) throw error
  }
}

const postsAtRisk = (
  deps: NoticeMailDeps,
  { kind, grantId, facts }: NoticeToMail,
): Promise<PostAtRisk[]> => {
  if (grantId === null || (kind !== 'ending' && kind !== 'ended')) return Promise.resolve([])
  return listPostsAtRisk(
    deps.sql,
    grantId,
    typeof facts.endsAt === 'string' ? new Date(facts.endsAt) : 'lost',
  )
}

type About = {
  /** The address of the installation. */
  at: string
  /** The name of a platform or issuer. */
  label: (name: string | null) => string
  picture: Buffer | null
  atRisk: PostAtRisk[]
}

/** What the email about a notification says. */
export const noticeLetter = (
  notice: NoticeToMail,
  { at, label, picture, atRisk }: About,
): Letter => {
  const when = whenIn(notice)
  const base = `${at}/w/${notice.slug}`
  const comment = withNames(notice.commentText ?? '', notice.commentMentions)
  const said = (view: string) => renderLine(view, { notice: { ...notice, comment }, when, label })
  const card = (post: Shown, shown: Buffer | null): PostCard => ({
    words: post.text?.trim() || 'A post without text',
    meta: [
      [label(post.platform), post.channelName].filter(Boolean).join(' · '),
      ...(post.dueAt ? [when(post.dueAt)] : []),
    ],
    picture: shown,
  })
  return {
    subject: said('./notices/_title'),
    sender: notice.workspaceName,
    name: notice.userName,
    parts: [
      ...(notice.postId ? [{ posts: [card(notice, picture)] }] : []),
      said('./notices/_words'),
      ...(atRisk.length
        ? ['Posts at risk:', { posts: atRisk.map((post) => card(post, null)) }]
        : []),
    ],
    button: linkOf(notice, base),
    reason: `You get this because you’re a member of ${notice.workspaceName}.`,
    choice: { label: 'Change email notifications', url: `${at}/account#notices` },
  }
}

type Shown = Pick<NoticeToMail, 'text' | 'platform' | 'channelName' | 'dueAt'>

const linkOf = ({ postId, kind, facts }: NoticeToMail, base: string): Link => {
  if (postId) return { label: 'Review post', url: `${base}/posts/${postId}` }
  if (facts.seriesId)
    return { label: 'View posts', url: `${base}/series/${String(facts.seriesId)}` }
  if (kind === 'unread') return { label: 'View Insights', url: `${base}/insights` }
  return { label: 'View accounts', url: `${base}/channels` }
}

const labelsOf =
  ({ platforms, issuers }: Registry) =>
  (name: string | null): string =>
    platforms.get(name ?? '')?.label ?? issuers.get(name ?? '')?.label ?? name ?? 'a platform'

/**
 * `Thu, Nov 26, 2026, 10:00 AM (Europe/Zurich)`, always with the day and the zone, because an email
 * can be read anywhere and at any time. As its reader wants it.
 */
const whenIn = (notice: NoticeToMail) => {
  const write = dateWriters(notice, notice.zone)
  const between = beforeTime(notice)
  return (date: Date): string =>
    `${write.dayOfYear(date)}${between}${write.time(date)} (${notice.zone})`
}
