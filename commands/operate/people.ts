import { tx } from '../db/connect.ts'
import { recordEvent } from '../db/events.ts'
import { insertInvitation } from '../db/invitations.ts'
import { listEverybody, setOperator } from '../db/operators.ts'
import { findUserByEmail, hasOperator } from '../db/users.ts'
import { type OperateDeps, only, Unfit } from './commands.ts'
import type { Answer } from './table.ts'

export const listPeople = async ({ sql }: OperateDeps): Promise<Answer> => ({
  rows: (await listEverybody(sql)).map(({ id, ...person }) => ({ ...person, id })),
})

/** For an installation that lost its operator: needs this machine, and nothing else. promise: S4 */
export const makeOperator = async (deps: OperateDeps, args: string[]): Promise<Answer> => {
  const person = await find(deps, args)
  await change(deps, person.id, true)
  return { words: `${person.name} is an operator.` }
}

export const unmakeOperator = async (deps: OperateDeps, args: string[]): Promise<Answer> => {
  const person = await find(deps, args)
  await change(deps, person.id, false)
  const isLost = !(await hasOperator(deps.sql))
  return { words: `${person.name} is no operator any more.${isLost ? ' Nobody is one now.' : ''}` }
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
    words: `${link}\nIt works once, until ${expiresAt.toISOString()}. Whoever opens it can see that it makes them an operator.`,
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
