import { insertMembership } from '../../db/people/memberships.ts'
import { insertSession } from '../../db/people/sessions.ts'
import { insertUser } from '../../db/people/users.ts'
import { insertWorkspace } from '../../db/people/workspaces.ts'
import { hashPassword } from '../../web/people/sign-in/passwords.ts'
import type { Target } from './stack.ts'

let count = 0

/**
 * Creates a workspace, and people with every permission. Each attack on a route uses a new person,
 * because some routes end the session or the account.
 */
export const createAttackers = async ({
  sql,
}: Target): Promise<{ slug: string; signIn(): Promise<string> }> => {
  const passwordHash = await hashPassword('nobody types this password')
  const founder = await insertUser(sql, {
    email: 'founder@example.com',
    name: 'Founder',
    passwordHash,
    isOperator: true,
  })
  const slug = 'northside'
  const workspaceId = await insertWorkspace(sql, {
    slug,
    name: 'Northside',
    zone: 'Europe/Zurich',
    createdBy: founder,
  })
  if (!workspaceId) throw new Error('the workspace was not made')
  await insertMembership(sql, workspaceId, founder, 'admin')
  const signIn = async (): Promise<string> => {
    const id = await insertUser(sql, {
      email: `a${++count}@example.com`,
      name: 'Attacker',
      passwordHash,
      isOperator: true,
    })
    await insertMembership(sql, workspaceId, id, 'admin')
    return `__Host-session=${await insertSession(sql, id, new Date())}`
  }
  return { slug, signIn }
}
