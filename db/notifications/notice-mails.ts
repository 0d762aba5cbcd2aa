import type { Edits } from '../../media/edits.ts'
import type { DateChoice } from '../people/date-choice.ts'
import type { Db } from '../postgres/connect.ts'
import { type Notice, type NoticeKind, noticeColumns, noticeTables } from './notifications.ts'

/** The first picture or video of the notice's post that still exists. */
export type NoticePicture = { thumbnailKey: string; kind: 'image' | 'video'; edits: Edits | null }

export type NoticeToMail = Notice &
  DateChoice & { email: string; userName: string; picture: NoticePicture | null }

/** Null if the notice was mailed, needs no email, or its reader is no longer an active member. */
export const findNoticeToMail = async (sql: Db, id: string): Promise<NoticeToMail | null> => {
  const [row] = await sql<NoticeToMail[]>`
    select ${noticeColumns(sql)}, u.email, u.name as user_name, u.hours, u.date_order, u.week_start,
      (select jsonb_build_object('thumbnailKey', m.thumbnail_key, 'kind', m.kind, 'edits', pm.edits)
        from post_media pm join media m on m.id = pm.media_id
        where pm.post_id = t.post_id and pm.workspace_id = n.workspace_id and m.purged_at is null
          and m.thumbnail_key is not null order by pm.position limit 1) as picture
    from ${noticeTables(sql)} join users u on u.id = n.user_id
      join memberships m on m.user_id = u.id and m.workspace_id = n.workspace_id
    where n.id = ${id} and n.by_mail and n.mailed_at is null and u.deactivated_at is null`
  return row ?? null
}

/**
 * How long sending one email may take. After that, another process may send it, in case the first
 * one died.
 */
const mailingMinutes = 2

/**
 * promise: U4: claims a notice for mailing, so that only one process sends the email. `done`: it
 * was mailed, needs no email, or no longer exists.
 */
export const claimMailing = async (
  sql: Db,
  id: string,
  at: Date,
): Promise<'mine' | 'busy' | 'done'> => {
  const claimed = await sql`
    update notices set mailing_until = ${at}::timestamptz + make_interval(mins => ${mailingMinutes})
    where id = ${id} and by_mail and mailed_at is null and (mailing_until is null or mailing_until <= ${at})`
  if (claimed.count > 0) return 'mine'
  const waiting = await sql`select from notices where id = ${id} and by_mail and mailed_at is null`
  return waiting.count > 0 ? 'busy' : 'done'
}

/** The email wasn't accepted: lets the next attempt claim the notice at once. */
export const releaseMailing = async (sql: Db, id: string): Promise<void> => {
  await sql`update notices set mailing_until = null where id = ${id}`
}

export const markMailed = async (sql: Db, id: string, at: Date): Promise<void> => {
  await sql`update notices set mailed_at = ${at}, mailing_until = null where id = ${id}`
}

export const chooseMailedNotices = async (
  sql: Db,
  userId: string,
  kinds: NoticeKind[],
): Promise<void> => {
  await sql`update users set notices_by_mail = ${kinds} where id = ${userId}`
}

export const findMailedNotices = async (sql: Db, userId: string): Promise<NoticeKind[]> => {
  const [row] = await sql<
    { kinds: NoticeKind[] }[]
  >`select notices_by_mail as kinds from users where id = ${userId}`
  return row?.kinds ?? []
}
