import { z } from 'zod'
import { enqueue } from '../notifications/outbox.ts'
import type { Db } from '../postgres/connect.ts'
import type { Vault } from '../vault/vault.ts'

/**
 * promise: E3: emails about a deletion. The person's address is deleted before the last email is
 * sent, so each email has its own sealed row, which is deleted once it has been sent
 * (activities/mail/deletion.ts).
 */
type DeletionMailKind = 'started' | 'finished' | 'workspace'

const content = z.object({
  email: z.string(),
  name: z.string(),
  /** The code of the status page. Only in emails to the person. */
  code: z.string().optional(),
  /** Why the deletion began. Only in emails to the person. */
  origin: z.enum(['account', 'page', 'retention']).optional(),
  /** The name of the workspace that is deleted. */
  workspace: z.string().optional(),
})
type DeletionMailContent = z.infer<typeof content>

const place = (id: string) => ({ table: 'deletion_mails', id, column: 'content_sealed' })

type NewMail = {
  requestId: string
  kind: DeletionMailKind
  userId: string | null
  content: DeletionMailContent
}

const insertMail = async (t: Db, vault: Vault, mail: NewMail): Promise<string> => {
  const id = crypto.randomUUID()
  const sealed = vault.seal(JSON.stringify(mail.content), place(id))
  await t`
    insert into deletion_mails (id, request_id, kind, user_id, content_sealed)
    values (${id}, ${mail.requestId}, ${mail.kind}, ${mail.userId}, ${sealed})`
  return id
}

/**
 * Adds both emails to the person. The first is sent at once, the last when the deletion is done
 * (`releaseLastMail`).
 */
export const insertPersonMails = async (
  t: Db,
  vault: Vault,
  request: { id: string; code: string; userId: string; origin: 'account' | 'page' | 'retention' },
): Promise<void> => {
  const { id: requestId, code, origin } = request
  const [person] = await t<
    { email: string; name: string }[]
  >`select email, name from users where id = ${request.userId}`
  const words = { ...person!, code, origin }
  const first = await insertMail(t, vault, {
    requestId,
    kind: 'started',
    userId: null,
    content: words,
  })
  await insertMail(t, vault, { requestId, kind: 'finished', userId: null, content: words })
  await enqueue(t, 'deletion-mail', first)
}

/**
 * Emails all other members of these workspaces that they are being deleted. Call it in the
 * transaction that decides it.
 */
export const insertWorkspaceMails = async (
  t: Db,
  vault: Vault,
  {
    requestId,
    leaverId,
    workspaceIds,
  }: { requestId: string; leaverId: string; workspaceIds: string[] },
): Promise<void> => {
  const readers = await t<{ userId: string; email: string; name: string; workspace: string }[]>`
    select u.id as user_id, u.email, u.name, w.name as workspace
    from memberships m join users u on u.id = m.user_id join workspaces w on w.id = m.workspace_id
    where m.workspace_id = any(${workspaceIds}::uuid[]) and u.id <> ${leaverId} order by m.workspace_id, u.id`
  for (const { userId, ...words } of readers) {
    const id = await insertMail(t, vault, { requestId, kind: 'workspace', userId, content: words })
    await enqueue(t, 'deletion-mail', id)
  }
}

export const releaseLastMail = async (t: Db, requestId: string): Promise<void> => {
  const mails = await t<
    { id: string }[]
  >`select id from deletion_mails where request_id = ${requestId} and kind = 'finished'`
  for (const { id } of mails) await enqueue(t, 'deletion-mail', id)
}

/**
 * How long sending one email may take. After that, another process may send it, in case the first
 * one died.
 */
const mailingMinutes = 2

export type DeletionMail = { kind: DeletionMailKind; content: DeletionMailContent }

/**
 * Claims an email, so that only one worker sends it. `done`: it was sent. `busy`: another worker is
 * sending it, or the first email of the same deletion has not been sent yet.
 */
export const claimDeletionMail = async (
  sql: Db,
  vault: Vault,
  id: string,
  now: Date,
): Promise<DeletionMail | 'busy' | 'done'> => {
  const [mail] = await sql<{ kind: DeletionMailKind; contentSealed: string }[]>`
    update deletion_mails m set mailing_until = ${now}::timestamptz + make_interval(mins => ${mailingMinutes})
    where m.id = ${id} and (m.mailing_until is null or m.mailing_until <= ${now}) and not (m.kind = 'finished'
      and exists (select from deletion_mails f where f.request_id = m.request_id and f.kind = 'started'))
    returning m.kind, m.content_sealed`
  if (mail)
    return {
      kind: mail.kind,
      content: content.parse(JSON.parse(vault.open(mail.contentSealed, place(id)))),
    }
  const waiting = await sql`select from deletion_mails where id = ${id}`
  return waiting.count > 0 ? 'busy' : 'done'
}

/** The email wasn't sent: lets the next attempt claim it at once. */
export const releaseDeletionMail = async (sql: Db, id: string): Promise<void> => {
  await sql`update deletion_mails set mailing_until = null where id = ${id}`
}

/** Deletes the row, and with it the address, after the email was sent or can never be sent. */
export const deleteDeletionMail = async (sql: Db, id: string): Promise<void> => {
  await sql`delete from deletion_mails where id = ${id}`
}
