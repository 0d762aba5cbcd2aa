import {
  claimMailing,
  findNoticeToMail,
  markMailed,
  type NoticeToMail,
  releaseMailing,
} from '../../db/notifications/notice-mails.ts'
import { listPostsAtRisk, type PostAtRisk } from '../../db/notifications/posts-at-risk.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import type { Registry } from '../../platforms/index.ts'
import { beforeTime, dateWriters } from '../../text/date-style.ts'
import { renderEmail, renderLine } from './render.ts'
import { type Mail, MailNotTaken, sendEach } from './send.ts'

export type NoticeMailDeps = {
  sql: Sql
  mail: Mail
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
  const data = { ...wordsOf(deps, notice), posts: await postsAtRisk(deps, notice) }
  try {
    await deps.mail.send({
      to: notice.email,
      subject: data.title,
      ...renderEmail('notice', data),
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

const linkOf = ({ postId, kind }: NoticeToMail, base: string): { url: string; action: string } => {
  if (postId) return { url: `${base}/posts/${postId}`, action: 'View post' }
  if (kind === 'unread') return { url: `${base}/insights`, action: 'View insights' }
  return { url: `${base}/channels`, action: 'View connected accounts' }
}

const wordsOf = (deps: NoticeMailDeps, notice: NoticeToMail) => {
  const when = whenIn(notice)
  const label = labelsOf(deps.platforms)
  const base = `${deps.publicUrl}/w/${notice.slug}`
  const said = (view: string) => renderLine(view, { notice, when, label })
  return {
    name: notice.userName,
    workspace: notice.workspaceName,
    title: said('./notices/_title'),
    words: said('./notices/_words'),
    when,
    ...linkOf(notice, base),
    choiceUrl: `${deps.publicUrl}/account#notices`,
  }
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
