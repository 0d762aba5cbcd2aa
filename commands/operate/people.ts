import { recordEvent } from '../../db/notifications/events.ts'
import { insertInvitation } from '../../db/people/invitations.ts'
import { listEverybody, setOperator } from '../../db/people/operators.ts'
import { requireOfOperators } from '../../db/people/second-factor.ts'
import { resetSecondFactor } from '../../db/people/second-factor-reset.ts'
import { findUserByEmail, hasOperator } from '../../db/people/users.ts'
import { tx } from '../../db/postgres/connect.ts'
import { type OperateDeps, only, Unfit } from './command.ts'
import type { Answer } from './table.ts'

export const listPeople = async ({ sql }: OperateDeps): Promise<Answer> => ({
  rows: (await listEverybody(sql)).map(({ id, ...person }) => ({ ...person, id })),
})

/**
 * For an installation that has lost its operator. Needs only access to this machine. promise: S4
 */
export const makeOperatorByEmail = async (deps: OperateDeps, args: string[]): Promise<Answer> => {
  const person = await find(deps, args)
  await change(deps, person.id, true)
  return { words: `${person.name} is an operator.` }
}

export const unmakeOperator = async (deps: OperateDeps, args: string[]): Promise<Answer> => {
  const person = await find(deps, args)
  await change(deps, person.id, false)
  const isLost = !(await hasOperator(deps.sql))
  return {
    words: `${person.name} is no longer an operator.${isLost ? ' There is no operator now.' : ''}`,
  }
}

export const inviteOperator = async ({ sql, config, now }: OperateDeps): Promise<Answer> => {
  const { code, expiresAt } = await insertInvitation(sql, {
    purpose: 'first-operator',
    createdBy: null,
    now: new Date(now()),
    days: 1,
  })
  const link = `${config.publicUrl}/invitations/${code}`
  return {
    words: `${link}\nIt works once and expires at ${expiresAt.toISOString()}. The person who opens it sees that it makes them an operator.`,
  }
}

/**
 * For a person who lost their phone, passkeys and recovery codes. Verify that the request really
 * comes from them.
 */
export const resetTwoStep = async (deps: OperateDeps, args: string[]): Promise<Answer> => {
  const person = await find(deps, args)
  const wasReset = await tx(deps.sql, (t) =>
    resetSecondFactor(t, person.id, null, new Date(deps.now())),
  )
  if (!wasReset) return { words: `${person.name} has no two-step sign-in.` }
  return {
    words: `${person.name} can sign in with just the password. All their sessions were signed out.`,
  }
}

export const requireSecondFactor = async (
  { sql }: OperateDeps,
  args: string[],
): Promise<Answer> => {
  const given = only(args, '“on” or “off”')
  if (given !== 'on' && given !== 'off') throw new Unfit('Give on or off.')
  await tx(sql, async (t) => {
    if (!(await requireOfOperators(t, given === 'on'))) return
    const name =
      given === 'on' ? 'installation.second_factor_required' : 'installation.second_factor_optional'
    await recordEvent(t, { name, workspaceId: null, userId: null, subjectId: null })
  })
  return {
    words:
      given === 'on'
        ? 'Operators need two-step sign-in.'
        : 'Operators can sign in with just a password.',
  }
}

const find = async ({ sql }: OperateDeps, args: string[]) => {
  const person = await findUserByEmail(sql, only(args, 'email address'))
  if (!person) throw new Unfit('Nobody has this email address.')
  if (person.deactivatedAt) throw new Unfit('This account is deactivated.')
  return person
}

const change = ({ sql }: OperateDeps, userId: string, isOperator: boolean): Promise<void> =>
  tx(sql, async (t) => {
    if (!(await setOperator(t, userId, isOperator))) return
    await recordEvent(t, {
      name: isOperator ? 'operator.made' : 'operator.ended',
      workspaceId: null,
      userId: null,
      subjectId: userId,
    })
  })
