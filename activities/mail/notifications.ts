import { Eta } from 'eta'
import type { Sql } from '../db/connect.ts'
import {
  claimMailing,
  findNoticeToMail,
  listPostsAtRisk,
  markMailed,
  type NoticeToMail,
  type PostAtRisk,
  releaseMailing,
} from '../db/notices.ts'
import type { Registry } from '../platforms/index.ts'
import { type Mail, MailNotTaken } from './mail.ts'

export type NoticeMailDeps = { sql: Sql; mail: Mail; publicUrl: string; platforms: Registry; now?: () => number }

const views = new URL('../web/views/', import.meta.url).pathname
const html = new Eta({ views, cache: true })
// Nothing to escape in plain text: an apostrophe in a name stays one.
const text = new Eta({ views, cache: true, autoEscape: false, autoTrim: false })

/** Mails each; what is not taken now is thrown at the end, so that one letter keeps no other back. A server that is away is asked once. */
export const sendNotices = async (deps: NoticeMailDeps, noticeIds: string[]): Promise<void> => {
  const failures: unknown[] = []
  for (const id of noticeIds) {
    try {
      await sendNotice(deps, id)
    } catch (error) {
      failures.push(error)
      if (error instanceof MailNotTaken && error.isServerAway) break
    }
  }
  if (failures.length > 0) throw failures[0]
}

// promise: U4
/** Once; a letter whose sending was cut short has the same Message-ID when it is sent again. An address that is refused for good is left. */
const sendNotice = async (deps: NoticeMailDeps, noticeId: string): Promise<void> => {
  const now = new Date(deps.now?.() ?? Date.now())
  const claim = await claimMailing(deps.sql, noticeId, now)
  if (claim === 'done') return
  if (claim === 'busy') throw new Error('the letter is being sent by somebody else')
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
  if (!notice) return // nobody is there to read it
  const data = { ...wordsOf(deps, notice), posts: await postsAtRisk(deps, notice) }
  try {
    await deps.mail.send({
      to: notice.email,
      subject: data.title,
      text: text.render('./mail/notice-text', data).replace(/\n{3,}/g, '\n\n'),
      html: html.render('./mail/notice-html', data),
      messageId: `<${notice.id}@${new URL(deps.publicUrl).hostname}>`,
    })
  } catch (error) {
    if (!(error instanceof MailNotTaken) || !error.isFinal) throw error
  }
}

const postsAtRisk = (deps: NoticeMailDeps, { kind, grantId, facts }: NoticeToMail): Promise<PostAtRisk[]> => {
  if (grantId === null || (kind !== 'ending' && kind !== 'ended')) return Promise.resolve([])
  return listPostsAtRisk(deps.sql, grantId, typeof facts.endsAt === 'string' ? new Date(facts.endsAt) : 'lost')
}

const wordsOf = (deps: NoticeMailDeps, notice: NoticeToMail) => {
  const when = whenIn(notice.zone)
  const label = labelsOf(deps.platforms)
  const base = `${deps.publicUrl}/w/${notice.slug}`
  const said = (view: string) => text.render(view, { notice, when, label }).replace(/\s+/g, ' ').trim()
  return {
    name: notice.userName,
    workspace: notice.workspaceName,
    title: said('./notices/_title'),
    words: said('./notices/_words'),
    when,
    url: notice.postId ? `${base}/posts/${notice.postId}` : `${base}/channels`,
    action: notice.postId ? 'The post' : 'Connected accounts',
    choiceUrl: `${deps.publicUrl}/account#notices`,
  }
}

const labelsOf =
  ({ platforms, issuers }: Registry) =>
  (name: string | null): string =>
    platforms.get(name ?? '')?.label ?? issuers.get(name ?? '')?.label ?? name ?? 'a platform'

/** `Thu 26 Nov 2026, 10:00 (Europe/Zurich)`: in the zone of the workspace, since a letter is read anywhere. */
const whenIn = (zone: string) => {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' })
  return (date: Date): string => `${format.format(date)} (${zone})`
}
