import sharp from 'sharp'
import { accountLetter } from '../../activities/mail/account.ts'
import { deletionLetter } from '../../activities/mail/deletion.ts'
import type { Letter } from '../../activities/mail/letter.ts'
import { linkLetter } from '../../activities/mail/link.ts'
import { noticeLetter } from '../../activities/mail/notifications.ts'
import { resetLetter } from '../../activities/mail/password.ts'
import { readerLetter, reportLetter } from '../../activities/mail/reports.ts'
import { policyLetter } from '../../activities/privacy/announce.ts'
import type { NoticeToMail } from '../../db/notifications/notice-mails.ts'
import type { NoticeKind } from '../../db/notifications/notifications.ts'
import type { AccountEvent } from '../../db/people/account-events.ts'
import type { LinkPurpose } from '../../db/people/mail-links.ts'
import type { DeletionMail } from '../../db/privacy/deletion-mails.ts'
import type { ReportMail } from '../../db/reports/mails.ts'
import { makeMailPicture } from '../../media/image.ts'
import { usualStyle } from '../../text/date-style.ts'

export const at = 'https://social.example.com'
const day = (of: number): Date => new Date(Date.UTC(2026, 11, of, 17, 0))
const person = { name: 'Ada', email: 'ada@northside.example', token: 'x'.repeat(43) }

const everyAccountEvent: Record<AccountEvent, true> = {
  'email.change_requested': true,
  'password.changed': true,
  'password.reset': true,
  'passkey.added': true,
  'passkey.removed': true,
  'authenticator.added': true,
  'authenticator.replaced': true,
  'authenticator.removed': true,
  'recovery_codes.made': true,
  'recovery_code.used': true,
  'second_factor.reset': true,
  'second_factor.refused': true,
  'account.deactivated': true,
  'member.deactivated': true,
  'account.deletion_near': true,
}
const everyLink: Record<LinkPurpose, true> = {
  deletion: true,
  email: true,
  'email-back': true,
  export: true,
  'sign-in': true,
}
const everyDeletion: Record<DeletionMail['kind'], true> = {
  started: true,
  finished: true,
  workspace: true,
}
const aboutReviews = ['review', 'reminder', 'escalated', 'held', 'approved', 'changes']
const aboutComments = ['mentioned', 'discussed']
const aboutPosts = [
  ...['failed', 'unconfirmed', 'missed', 'inbox', 'comment', 'canceled'],
  ...aboutReviews,
  ...aboutComments,
]
const everyNotice: Record<NoticeKind, Partial<NoticeToMail>> = {
  failed: {
    problemWords:
      'Instagram said: “The user is restricted.” Open Instagram as @northsiderecords and do what it asks, then try again.',
  },
  unconfirmed: {},
  missed: {},
  inbox: { platform: 'tiktok', facts: { until: day(9).toISOString() } },
  comment: { facts: { outcome: 'unconfirmed' } },
  canceled: {},
  ending: {
    facts: { endsAt: day(20).toISOString(), waiting: 2, firstDueAt: day(21).toISOString() },
  },
  ended: {
    channelName: null,
    platform: null,
    facts: { words: 'The password was changed.', waiting: 2, firstDueAt: day(21).toISOString() },
  },
  disconnected: { facts: { outcome: 'revoked' } },
  erased: { facts: { why: 'asked', accounts: 1, issuer: 'meta', posts: 2, canceled: 1 } },
  left: { facts: { accounts: 1, canceled: 2, files: 3 } },
  asked: { askedBy: 'Cleo Marti' },
  unread: { facts: { since: day(1).toISOString() } },
  review: { facts: { due: day(9).toISOString(), stage: 'team' } },
  reminder: { facts: { due: day(9).toISOString(), stage: 'client' } },
  escalated: { facts: { due: day(9).toISOString(), stage: 'team' } },
  held: { facts: { due: day(9).toISOString(), stage: 'team' } },
  approved: { facts: { due: day(9).toISOString(), stage: 'team' } },
  changes: { facts: { due: day(9).toISOString(), stage: 'team' } },
  webhook: { facts: { by: 'failures' } },
  mentioned: {
    commenter: 'Cleo Marti',
    commentText: '\ufffc, can we show the clean sleeve?',
    commentMentions: ['Ada'],
  },
  discussed: { commenter: 'Cleo Marti', commentText: 'The second photo is brighter.' },
}

const labels: Record<string, string> = { instagram: 'Instagram', meta: 'Meta', tiktok: 'TikTok' }

const noticeOf = (kind: NoticeKind): NoticeToMail => ({
  id: '0193a000-0000-7000-8000-000000000000',
  kind,
  createdAt: day(3),
  seenAt: null,
  facts: {},
  workspaceName: 'Northside Records',
  slug: 'northside-records',
  zone: 'Europe/Zurich',
  postId: aboutPosts.includes(kind) ? '0193a000-0000-7000-8000-000000000001' : null,
  text: aboutPosts.includes(kind) ? 'Needle down: The Low Tides play in the shop' : null,
  dueAt: day(3),
  problemWords: null,
  waitingFor: null,
  commentProblemWords: null,
  deletionProblemWords: null,
  channelName: '@northsiderecords',
  platform: 'instagram',
  grantId: '0193a000-0000-7000-8000-000000000002',
  issuer: 'meta',
  grantName: 'Ada Steiner',
  askedBy: null,
  commenter: null,
  commentText: null,
  commentMentions: [],
  email: person.email,
  userName: person.name,
  picture: null,
  ...usualStyle,
  ...everyNotice[kind],
})

const atRisk = ['First pressings, 20 crates', ''].map((text, index) => ({
  postId: '0193a000-0000-7000-8000-000000000001',
  text,
  dueAt: day(21 + index),
  channelName: '@northsiderecords',
  platform: 'instagram',
}))

const noticeSample = (kind: NoticeKind, picture: Buffer): Letter =>
  noticeLetter(noticeOf(kind), {
    at,
    label: (name) => labels[name ?? ''] ?? 'a platform',
    picture: aboutPosts.includes(kind) ? picture : null,
    atRisk: kind === 'ending' || kind === 'ended' ? atRisk : [],
  })

const deletionSample = (kind: DeletionMail['kind']): Letter =>
  deletionLetter(
    { kind, content: { ...person, code: 'c'.repeat(22), workspace: 'Northside Records' } },
    at,
    'privacy@social.example.com',
  )

const reportMail: ReportMail = {
  ...{ id: '', workspaceId: '', hasLogo: false, sections: ['summary'], channelIds: null },
  ...{ platform: null, labelId: null, fromDay: null, toDay: null, period: 'month' },
  title: 'Northside Records on social media',
  note: 'November was our best month since the reopening.\n\nSee you on the 9th.',
  color: '0f5c5a',
  ...usualStyle,
  ...{ email: person.email, workspaceName: 'Kiosk Studio', expiresAt: day(31) },
  ...{ mailFrom: '2026-11-01', mailTo: '2026-11-30' },
}

const keysOf = <Key extends string>(all: Record<Key, unknown>): Key[] => Object.keys(all) as Key[]

/** Every email of the product, by a name for its picture. */
export const everyLetter = async (): Promise<Record<string, Letter>> => {
  const colors = { r: 160, g: 74, b: 40 }
  const picture = await makeMailPicture(
    await sharp({ create: { width: 320, height: 213, channels: 3, background: colors } })
      .webp()
      .toBuffer(),
    'image',
    { crop: { x: 0.1, y: 0.1, width: 0.5, height: 0.8 }, rotate: 90 },
  )
  const named = <Key extends string>(prefix: string, keys: Key[], make: (key: Key) => Letter) =>
    keys.map((key): [string, Letter] => [`${prefix}-${key.replace(/[._]/g, '-')}`, make(key)])
  return Object.fromEntries([
    ...named('account', keysOf(everyAccountEvent), (name) =>
      accountLetter(
        { ...person, ...usualStyle, name, personName: person.name, at: day(3), erasedAt: day(31) },
        at,
      ),
    ),
    ...named('deletion', keysOf(everyDeletion), deletionSample),
    ...named('link', keysOf(everyLink), (purpose) => linkLetter({ ...person, purpose }, at)),
    ...named('notice', keysOf(everyNotice), (kind) => noticeSample(kind, picture)),
    ['password-reset', resetLetter({ ...person, expiresAt: day(4) }, at)],
    ['report', reportLetter(reportMail, person.token, at)],
    ['report-reader', readerLetter(reportMail, person.token, at)],
    [
      'policy',
      policyLetter(
        { ...person, userId: '', version: '2', changes: 'Media is kept for 60 days.' },
        at,
      ),
    ],
  ])
}
