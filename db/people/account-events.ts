import { recordEvent } from '../notifications/events.ts'
import { enqueue } from '../notifications/outbox.ts'
import type { Db } from '../postgres/connect.ts'
import { terms } from '../privacy/terms.ts'
import type { DateChoice } from './date-choice.ts'

/** Changes to how someone signs in, which we email them about. */
export type AccountEvent =
  | ('email.change_requested' | 'password.changed' | 'password.reset')
  | ('passkey.added' | 'passkey.removed')
  | ('authenticator.added' | 'authenticator.replaced' | 'authenticator.removed')
  | ('recovery_codes.made' | 'recovery_code.used')
  | ('second_factor.reset' | 'second_factor.refused')
  | ('account.deactivated' | 'member.deactivated' | 'account.deletion_near')

/**
 * Writes the event and asks for the email about it (activities/mail/account.ts), in the transaction
 * of the change.
 */
export const recordAccountEvent = async (
  sql: Db,
  name: AccountEvent,
  userId: string,
  byId: string | null = userId,
): Promise<void> => {
  await enqueue(
    sql,
    'account-mail',
    await recordEvent(sql, { name, workspaceId: null, userId: byId, subjectId: userId }),
  )
}

/** `erasedAt`: when the account is deleted, if it is deactivated. */
export type AccountEventToMail = DateChoice & {
  name: AccountEvent
  at: Date
  email: string
  personName: string
  erasedAt: Date | null
}

/** Null when the event or its person is gone, so there is nobody to mail. */
export const findAccountEvent = async (sql: Db, id: string): Promise<AccountEventToMail | null> => {
  const [row] = await sql<AccountEventToMail[]>`
    select e.name, e.at, u.email, u.name as person_name, u.hours, u.date_order, u.week_start,
      u.deactivated_at + ${terms.account}::interval as erased_at from events e join users u on u.id = e.subject_id where e.id = ${id}`
  return row ?? null
}
